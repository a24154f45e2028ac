using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Rewrite;

public class SplitReductionsTests
{
    [TestCase(new long[] { 4096, 64 }, new[] { 0 }, new long[] { 16, 256, 64 })]
    [TestCase(new long[] { 400, 4, 32 }, new[] { 0, 1, 2 }, new long[] { 16, 25, 4, 32 })]
    [TestCase(new long[] { 3, 4096, 16 }, new[] { 1 }, new long[] { 3, 16, 256, 16 })]
    [TestCase(new long[] { 64, 3, 1024 }, new[] { 0, 2 }, new long[] { 16, 4, 3, 1024 })]
    public void Long_reductions_are_cut_along_an_axis(long[] shape, int[] axes, long[] cut)
    {
        var sum = Split(Input(shape).Sum(axes));
        Assert.That(sum.Inputs[0].Op, Is.InstanceOf<Sum>());
        Assert.That(sum.Inputs[0].Inputs[0].Shape.Values.ToArray(), Is.EqualTo(cut));
    }

    /// <summary>Two groups for each of 64 multiprocessors: results are a warp's each, or a group's each where they are sums of neighbours.</summary>
    [TestCase(new long[] { 4096, 64 }, new[] { 0 }, new long[] { 64, 64, 64 })]
    [TestCase(new long[] { 1 << 20 }, new[] { 0 }, new long[] { 128, 1 << 13 })]
    [TestCase(new long[] { 16, 1 << 16 }, new[] { 1 }, new long[] { 16, 8, 1 << 13 })]
    [TestCase(new long[] { 4099, 64 }, new[] { 0 }, new long[] { 64, 65, 64 }, Description = "A prime number: 61 elements are padding")]
    [TestCase(new long[] { 1021, 1031 }, new[] { 0, 1 }, new long[] { 1021, 115, 9 }, Description = "Two of them")]
    public void A_device_gets_enough_groups(long[] shape, int[] axes, long[] cut)
    {
        var graph = new ComputationGraph("split", [new NamedOutput("y", Input(shape).Sum(axes))], []);
        var sum = SplitReductions.Run(graph, GpuTarget.Common).Outputs[0].Value;
        Assert.That(sum.Inputs[0].Inputs[0].Shape.Values.ToArray(), Is.EqualTo(cut));
    }

    [TestCase(new long[] { 4096, 64 }, new[] { 1 }, TestName = "Rows enough")]
    [TestCase(new long[] { 128, 64 }, new[] { 0 }, TestName = "Few elements")]
    [TestCase(new long[] { 4099, 64 }, new[] { 0 }, TestName = "A prime number")]
    [TestCase(new long[] { 64, 8, 1024 }, new[] { 0, 2 }, TestName = "Channels enough")]
    public void Others_stay(long[] shape, int[] axes)
    {
        var sum = Input(shape).Sum(axes);
        Assert.That(Split(sum), Is.SameAs(sum));
    }

    [Test]
    public void The_halves_make_the_whole()
    {
        var x = Input([128, 3, 128]);
        var whole = new Node[] { x.Sum([0, 2]), x.Max([0, 1]), x.Min(0), x.Sum() };
        var graph = new ComputationGraph("split", whole.Select((n, i) => new NamedOutput($"y{i}", n)).ToEquatable(), []);
        var data = Evaluation.Data(graph.Inputs, 1, awkward: false);
        var states = new Dictionary<StateSlot, Literal>();
        var expected = ReferenceEvaluator.Evaluate(graph, data, states).Outputs;
        var halves = ReferenceEvaluator.Evaluate(SplitReductions.Run(graph), data, states).Outputs;
        foreach (var name in expected.Keys) Assert.That(Evaluation.Agree(expected[name], halves[name], 1e-4), Is.True, name);
    }

    [Test]
    public void Padding_changes_no_result([Values(DType.Float32, DType.Int64)] DType type)
    {
        var x = Nodes.Input("x", type, Shape.Of(1021, 37));
        var whole = new Node[] { x.Sum([0, 1]), x.Max(0), x.Min([0, 1]), (x * x).Sum(0) };
        var graph = new ComputationGraph("split", whole.Select((n, i) => new NamedOutput($"y{i}", n)).ToEquatable(), []);
        // No element is near a neutral one.
        var values = new Dictionary<string, Literal> { ["x"] = new Literal(x.Type) };
        for (var i = 0; i < values["x"].Count; i++) values["x"][i] = Scalar.Of(type, (double)(i * 31 % 97 - 200));
        var states = new Dictionary<StateSlot, Literal>();
        var expected = ReferenceEvaluator.Evaluate(graph, values, states).Outputs;
        var split = SplitReductions.Run(graph, GpuTarget.Common);
        Assert.That(split.TopologicalOrder().Count(n => n.Op is Pad), Is.EqualTo(4));
        var halves = ReferenceEvaluator.Evaluate(split, values, states).Outputs;
        foreach (var name in expected.Keys) Assert.That(Evaluation.Agree(expected[name], halves[name], 1e-6), Is.True, name);
    }

    private static Node Input(long[] shape) => Nodes.Input("x", DType.Float32, Shape.Of(shape));

    private static Node Split(Node node) => SplitReductions.Run(new ComputationGraph("split", [new NamedOutput("y", node)], [])).Outputs[0].Value;
}
