using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>Elementwise work that a contraction does while it packs its operands, and what is left a kernel of its own.</summary>
[Parallelizable(ParallelScope.Children)]
public class ContractionPrologueTests
{
    private static readonly CompilerOptions Options = new() { Target = new CpuTarget(64), Threads = 2 };

    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    private static IEnumerable<TestCaseData> Graphs()
    {
        yield return Case("a cast", 1, () => Nodes.MatMul(Half("x", 256, 192).Cast(DType.Float32), Input("y", 192, 256)));
        yield return Case("a scale and a shift", 1, () => Nodes.MatMul(Input("x", 256, 192) * 2 - 1, Input("y", 192, 256)));
        yield return Case("a mask of a transposed operand", 1, () => Nodes.Einsum("km,kn->mn",
            Nodes.Select(Input("x", 192, 256).GreaterOrEqual(0), Input("x", 192, 256), Input("x", 192, 256) * 0.1), Input("y", 192, 256)));
        yield return Case("both operands", 1, () => Nodes.Einsum("km,kn->mn", Input("x", 192, 256).Square() - 1, Input("y", 192, 256) * 2 + 1));
        yield return Case("batches", 1, () => Nodes.MatMul(Input("x", 2, 128, 192).Maximum(0), Input("y", 2, 192, 256)));
        yield return Case("rows on two axes", 1, () => Nodes.Einsum("bmk,kn->mbn", Input("x", 2, 128, 192).Maximum(0), Input("y", 192, 256)));
        yield return Case("a transposed weight", 1, () => Nodes.Einsum("mk,nk->mn", Input("x", 256, 192).Maximum(0), Input("y", 256, 192)));
        yield return Case("doubles", 1, () => Nodes.MatMul(Double("x", 256, 96).Maximum(0), Double("y", 96, 256)));
        yield return Case("integers of another width", 2, () => Nodes.MatMul(
            Nodes.Input("rows", DType.Int64, Shape.Of(256, 1)).ExpandTo(Shape.Of(256, 192)).EqualTo(Nodes.Iota(192, DType.Int64)).Cast(DType.Float32), Input("y", 192, 256)));
        yield return Case("integers of the same width", 1, () => Nodes.MatMul(
            Nodes.Input("rows", DType.Int32, Shape.Of(256, 1)).ExpandTo(Shape.Of(256, 192)).EqualTo(Nodes.Iota(192, DType.Int32)).Cast(DType.Float32), Input("y", 192, 256)));
        yield return Case("exponentials", 2, () => Nodes.MatMul(Input("x", 256, 192).Exp(), Input("y", 192, 256)));
        yield return Case("what somebody else reads", 2, () =>
        {
            var scaled = Input("x", 256, 192) * Input("s", 192);
            return Nodes.MatMul(scaled, Input("y", 192, 256)) + scaled.Sum([1], keepDims: true);
        });
        yield return Case("a weight whose neighbours lie along the sum", 2, () => Nodes.Einsum("mk,nk->mn", Input("x", 256, 192), Input("y", 256, 192).Maximum(0)));
        yield return Case("one row", 2, () => Nodes.Einsum("mk,nk->mn", Input("x", 1, 192).Maximum(0), Input("y", 256, 192)));
        yield return Case("windows", 4, () => Convolutions.Convolve(Input("x", 2, 8, 9, 9).Maximum(0), Input("w", 16, 8, 3, 3), ConvolutionGeometry.Of(2)));
    }

    [TestCaseSource(nameof(Graphs))]
    public void Runs_in_as_many_kernels(Func<Node> build, int kernels)
    {
        var graph = new ComputationGraph("prologue", [new NamedOutput("y", build())], []);
        var values = graph.Inputs.Distinct().ToDictionary(i => i.Label, EveryBlocking.Operand);
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs["y"];

        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), Options);
        var one = CompiledGraph.Evaluate(graph, values, NoStates, Options, 1).Outputs["y"];
        var three = CompiledGraph.Evaluate(graph, values, NoStates, Options, 3).Outputs["y"];

        Assert.That(source.Kernels, Has.Count.EqualTo(kernels), string.Join('\n', source.Kernels.Select(LoopPrinter.Print)));
        Closeness.AssertClose(one, expected, Closeness.Tolerance(DType.Float32), "compiled");
        Assert.That(three, Is.EqualTo(one));
    }

    [Test]
    public void Every_blocking_computes_the_prologue(
        [Values("mk,kn->mn", "km,kn->mn", "bmk,kn->mbn", "bmk,bkn->bmn")] string layout, [Values("19 37 23", "64 512 24", "17 24 65")] string sizes)
    {
        var extents = sizes.Split(' ').Select(long.Parse).Zip("mkn").ToDictionary(p => p.Second, p => p.First);
        extents['b'] = 2;
        if (layout.Contains('b')) extents['m'] = 17;
        var operands = layout.Split("->")[0].Split(',').Select((labels, i) => Input($"x{i}", [.. labels.Select(l => extents[l])])).ToArray();
        var product = Nodes.Einsum(layout, operands[0].Maximum(0) * 0.5, operands[1] + 1);
        var graph = new ComputationGraph("product", [new NamedOutput("y", product)], []);
        EveryBlocking.AssertComputes(graph, new CpuTarget(64), $"{layout} {sizes}");
    }

    [Test]
    public void Devices_fetch_plain_operands()
    {
        var graph = new ComputationGraph("prologue", [new NamedOutput("y", Nodes.MatMul(Input("x", 64, 48).Maximum(0), Input("y", 48, 64)))], []);

        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), Options with { Device = GpuTarget.Common });

        Assert.That(source.Kernels, Has.Count.EqualTo(2));
    }

    private static TestCaseData Case(string name, int kernels, Func<Node> build) => new TestCaseData(build, kernels).SetArgDisplayNames(name);

    private static Node Input(string name, params long[] dims) => Nodes.Input(name, DType.Float32, Shape.Of(dims));

    private static Node Double(string name, params long[] dims) => Nodes.Input(name, DType.Float64, Shape.Of(dims));

    private static Node Half(string name, params long[] dims) => Nodes.Input(name, DType.Float16, Shape.Of(dims));
}
