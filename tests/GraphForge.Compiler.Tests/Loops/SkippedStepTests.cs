using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>Input gradients of strided convolutions, whose elements meet different numbers of positions of the kernel.</summary>
[Parallelizable(ParallelScope.Children)]
public class SkippedStepTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    [TestCase(2, 16, 16, 9, 3, 2, 1, 1)]
    [TestCase(2, 17, 20, 11, 3, 2, 0, 1)]
    [TestCase(1, 16, 16, 10, 5, 3, 2, 1)]
    [TestCase(1, 32, 16, 13, 7, 2, 3, 1)]
    [TestCase(1, 16, 16, 12, 4, 3, 1, 1)]
    [TestCase(2, 64, 48, 8, 3, 2, 1, 2)]
    public void Elements_skip_positions_that_they_do_not_meet(
        long batch, long channels, long results, long extent, long kernel, long stride, long padding, int groups)
    {
        var graph = Gradient(batch, channels, results, extent, kernel, ConvolutionGeometry.Of(2, stride, padding, groups: groups));
        var values = graph.Inputs.Distinct().ToDictionary(i => i.Label, Values);
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs;
        foreach (var vectorBytes in new[] { 64, 32 })
        {
            var options = new CompilerOptions { Target = new CpuTarget(vectorBytes), Threads = 2 };
            var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), options);
            var contraction = source.Kernels.Single(Sums);
            Assert.That(StatementWalk.All(contraction.Body).OfType<If>().Any(), Is.EqualTo(groups == 1), LoopPrinter.Print(contraction));
            AssertClose("interpreted", InterpretedProgram.Evaluate(source, values, NoStates).Outputs);
            AssertClose("compiled", CompiledGraph.Evaluate(graph, values, NoStates, options, 2).Outputs);
        }

        void AssertClose(string how, IReadOnlyDictionary<string, Literal> actual) =>
            Closeness.AssertClose(actual["dx"], expected["dx"], Closeness.Tolerance(DType.Float32), how);
    }

    [TestCase(3, 2, 1, 16)]
    [TestCase(4, 2, 1, 16)]
    [TestCase(7, 2, 3, 16)]
    [TestCase(5, 3, 2, 15)]
    public void No_element_beyond_the_input_is_computed(long kernel, long stride, long padding, long extent)
    {
        var graph = Gradient(1, 16, 16, extent, kernel, ConvolutionGeometry.Of(2, stride, padding));

        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Target = new CpuTarget(64) });

        var contraction = source.Kernels.Single(Sums);
        Assert.That(contraction.Arguments[0].Count, Is.EqualTo(16 * extent * extent));
    }

    private static bool Sums(LoopKernel kernel) => StatementWalk.All(kernel.Body).OfType<Store>().Any(s => s.Accumulate == ReduceFunction.Sum);

    /// <summary>Images have their channels last, as within a larger program.</summary>
    private static ComputationGraph Gradient(long batch, long channels, long results, long extent, long kernel, ConvolutionGeometry geometry)
    {
        var windows = (extent + 2 * geometry.PadLow[0] - kernel) / geometry.Stride[0] + 1;
        var dy = Nodes.Input("dy", DType.Float32, Shape.Of(batch, windows, windows, results));
        var weight = Nodes.Input("weight", DType.Float32, Shape.Of(results, channels / geometry.Groups, kernel, kernel));
        var dx = Convolutions.ConvolveTransposed(dy.Permute(0, 3, 1, 2), weight, geometry, Shape.Of(batch, channels, extent, extent));
        return new("gradient", [new NamedOutput("dx", dx.Permute(0, 2, 3, 1))], []);
    }

    private static Literal Values(Input input)
    {
        var literal = new Literal(input.Type);
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(DType.Float32, Threefry.Uniform(5, input.Label.Length, i) * 2 - 1);
        return literal;
    }
}
