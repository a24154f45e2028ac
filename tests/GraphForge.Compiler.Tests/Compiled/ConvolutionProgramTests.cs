using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Compiled;

/// <summary>Convolutions with bias and relu and their gradients, compiled for every vector width, against the reference.</summary>
[Parallelizable(ParallelScope.Children)]
public class ConvolutionProgramTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    /// <summary>Batch, channels, outputs, extents; kernel; padding.</summary>
    private static IEnumerable<TestCaseData> Tiled()
    {
        yield return Row([2, 16, 16, 32, 32], [3, 3], 1, 3);
        yield return Row([9, 32, 48, 16, 16], [3, 3], 1, 3);
        yield return Row([16, 64, 64, 8, 8], [3, 3], 1, 3);
        yield return Row([5, 30, 29, 21, 23], [3, 3], 0, 3);
        yield return Row([3, 47, 33, 29, 13], [3, 3], 2, 3);
        yield return Row([40, 16, 32, 4, 4], [3, 3], 1, 3);
        yield return Row([37, 32, 16, 7, 5], [3, 3], 1, 1);
        yield return Row([1, 128, 160, 12, 12], [3, 3], 1, 3);
        yield return Row([4, 16, 32, 24, 25], [5, 5], 2, 3);
        yield return Row([4, 32, 32, 18, 17], [4, 4], 1, 3);
        yield return Row([6, 32, 32, 19, 18], [2, 2], 0, 3);
        yield return Row([4, 64, 64, 500], [3], 1, 3);
        yield return Row([4, 64, 64, 20, 30], [1, 3], 0, 3);
        yield return Row([4, 64, 48, 30, 20], [3, 1], 1, 3);

        static TestCaseData Row(long[] sizes, long[] kernel, long padding, int tiled) =>
            new TestCaseData(sizes, kernel, padding, tiled).SetArgDisplayNames($"{string.Join('x', sizes)} by {string.Join('x', kernel)} padded {padding}");
    }

    [TestCaseSource(nameof(Tiled))]
    public void TiledConvolutionsAgreeWithTheReference(long[] sizes, long[] kernel, long padding, int tiled)
    {
        var geometry = ConvolutionGeometry.Of(kernel.Length, padding: padding);
        var graph = Graph(DType.Float32, sizes, kernel, geometry);
        var fused = ChannelsLast.Run(RewriteDriver.Apply(graph, RuleSet.SimplifyDifferentiated, out _)).TopologicalOrder().Select(n => n.Op).OfType<Fused>();
        Assert.That(fused.Count(f => f.Label != "kernelTransform"), Is.EqualTo(tiled), "convolutions that pay when they are tiled");
        AssertAgrees(sizes, kernel, geometry, 1e-5);
    }

    /// <summary>Transforming weights that are a state costs nothing in a run, but reading them does: products along an axis, 0 if direct.</summary>
    [TestCase(64, 8, 6, 6)]
    [TestCase(96, 4, 0, 4)]
    [TestCase(256, 14, 6, 4, Description = "four times as many bytes would not stay in a cache")]
    [TestCase(512, 7, 6, 0)]
    public void WeightsThatAreAStateAreTiledWhereReadingThemIsCheaper(long channels, long extent, long ofInput, long ofState)
    {
        var type = new TensorType(DType.Float32, Shape.Of(channels, channels, 3, 3));
        Assert.That(Products(Nodes.Input("w", type.DType, type.Shape)), Is.EqualTo(ofInput));
        Assert.That(Products(Nodes.State(new StateSlot("w", type))), Is.EqualTo(ofState));

        long Products(Node weight)
        {
            var x = Nodes.Input("x", DType.Float32, Shape.Of(1, channels, extent, extent));
            var y = Convolutions.Convolve(x, weight, ConvolutionGeometry.Of(2, padding: 1));
            var order = ChannelsLast.Run(new ComputationGraph("conv", [new("y", y)], [])).TopologicalOrder();
            return order.FirstOrDefault(n => n.Op is Fused { Label: "kernelTransform" })?.Shape[0].Value ?? 0;
        }
    }

    private static ComputationGraph Graph(DType type, long[] sizes, long[] kernel, ConvolutionGeometry geometry)
    {
        var x = Nodes.Input("x", type, Shape.Of([sizes[0], sizes[1], .. sizes[3..]]));
        var w = Nodes.Input("w", type, Shape.Of([sizes[2], sizes[1] / geometry.Groups, .. kernel]));
        var b = Nodes.Input("b", type, Shape.Of([sizes[2], .. kernel.Select(_ => 1L)]));
        var y = (Convolutions.Convolve(x, w, geometry) + b).Relu();
        var g = Nodes.Input("g", type, y.Shape);
        var gradients = Gradients.Of((y * g).Sum(), [x, w]);
        return new ComputationGraph("conv", [new("y", y), new("dx", gradients[0]), new("dw", gradients[1])], []);
    }

    /// <summary>The truth is the same graph in float64, which is computed directly.</summary>
    private static void AssertAgrees(long[] sizes, long[] kernel, ConvolutionGeometry geometry, double tolerance)
    {
        var expected = Run(Graph(DType.Float64, sizes, kernel, geometry), 64, 1)[0];
        foreach (var vectorBytes in new[] { 64, 32, 16 })
        {
            var results = Run(Graph(DType.Float32, sizes, kernel, geometry), vectorBytes, 1, 2);
            foreach (var (name, value) in expected)
            {
                Closeness.AssertClose(AsFloat64(results[0][name]), value, tolerance, $"{name}, {vectorBytes} bytes");
                Assert.That(results[1][name], Is.EqualTo(results[0][name]), $"{name} on two threads, {vectorBytes} bytes");
            }
        }
    }

    private static IReadOnlyDictionary<string, Literal>[] Run(ComputationGraph graph, int vectorBytes, params int[] threads)
    {
        var options = new CompilerOptions { Target = new CpuTarget(vectorBytes), Threads = 2, DumpFolder = Environment.GetEnvironmentVariable("GF_DUMP") };
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), options);
        var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(source.KernelText, source.Plan.KernelNames);
        var values = graph.Inputs.Distinct().ToDictionary(i => i.Label, Values);
        return [.. threads.Select(t => CompiledGraph.Run(source, library.Entries, library, values, NoStates, t).Outputs)];
    }

    private static Literal AsFloat64(Literal values)
    {
        var wide = new Literal(values.Type with { DType = DType.Float64 });
        for (var i = 0; i < wide.Count; i++) wide[i] = values[i].As(DType.Float64);
        return wide;
    }

    private static Literal Values(Input input)
    {
        var literal = new Literal(input.Type);
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(input.Type.DType, Threefry.Uniform(11, input.Label[0], i) - 0.5);
        return literal;
    }
}
