using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>
/// Depthwise convolutions and their gradients, with channels and extents around the borders of registers and tiles: interpreted, and
/// compiled, against the reference evaluator.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public class DepthwiseBorderTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    [TestCase(1, 16, 13, 3, 1, 1)]
    [TestCase(1, 17, 12, 3, 2, 1)]
    [TestCase(2, 30, 6, 5, 1, 1)]
    [TestCase(1, 33, 7, 3, 1, 2)]
    [TestCase(4, 8, 5, 3, 1, 1)]
    [TestCase(1, 19, 14, 2, 3, 1)]
    public void Forward_and_gradients(long batch, long channels, long extent, long kernel, long stride, long dilation)
    {
        var graph = Graph(batch, channels, extent, kernel, ConvolutionGeometry.Of(2, stride, padding: 1, dilation, (int)channels));
        var values = graph.Inputs.Distinct().ToDictionary(i => i.Label, Values);
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs;
        foreach (var vectorBytes in new[] { 64, 32 })
        {
            var options = new CompilerOptions { Target = new CpuTarget(vectorBytes), Threads = 2 };
            AssertClose("interpreted", InterpretedProgram.Evaluate(Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), options), values, NoStates).Outputs);
            AssertClose("compiled", CompiledGraph.Evaluate(graph, values, NoStates, options, 2).Outputs);
        }

        void AssertClose(string how, IReadOnlyDictionary<string, Literal> actual)
        {
            foreach (var (name, value) in expected) Closeness.AssertClose(actual[name], value, Closeness.Tolerance(DType.Float32), $"{name}, {how}");
        }
    }

    [Test]
    public void Neighbouring_results_stay_in_registers_together()
    {
        var graph = Graph(2, 32, 24, 3, ConvolutionGeometry.Of(2, padding: 1, groups: 32));
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Target = new CpuTarget(64) });
        var kernels = source.Kernels.Where(k => k.Name.Contains("contraction")).ToArray();
        Assert.That(kernels, Has.Length.EqualTo(3));
        Assert.That(kernels.Select(k => k.Body).Select(Registers), Is.EquivalentTo(new[] { 12, 12, 9 }));

        static int Registers(Compiler.Loops.Statement body) => Compiler.Loops.StatementWalk.All(body).OfType<Compiler.Loops.Allocate>()
            .Where(a => a.IsVector).Max(a => (int)a.Buffer.Count / 16);
    }

    /// <summary>A convolution with something behind it, and its two gradients; images lie with their channels last, as within a model.</summary>
    private static ComputationGraph Graph(long batch, long channels, long extent, long kernel, ConvolutionGeometry geometry)
    {
        var x = Image("x", batch, extent);
        var weight = Nodes.Input("weight", DType.Float32, [channels, 1, kernel, kernel]);
        var y = Convolutions.Convolve(x, weight, geometry);
        var gradients = Gradients.Of(y, Image("dy", batch, y.Shape[2].Value), [x, weight]);
        return new ComputationGraph("depthwise", [new NamedOutput("y", (y * 0.5).Exp() + 1), new("dx", gradients[0]), new("dw", gradients[1])], []);

        Node Image(string name, long count, long size) => Nodes.Input(name, DType.Float32, [count, size, size, channels]).Permute(0, 3, 1, 2);
    }

    private static Literal Values(Input input)
    {
        var literal = new Literal(input.Type);
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(input.Type.DType, Threefry.Uniform(2, input.Label.Sum(c => c), i) * 2 - 1);
        return literal;
    }
}
