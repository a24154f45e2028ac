using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Compiled;

/// <summary>Loops whose carries, results or bodies leave nothing, or something shared, to be placed.</summary>
public sealed class CarryPlacementTests
{
    private static readonly Node X = Nodes.Input("x", DType.Float32, [4, 3]);
    private static readonly Node Nothing = Nodes.Input("nothing", DType.Float32, [0, 3]);
    private static readonly Node Flag = Nodes.Input("flag", DType.Bool, []);
    private static readonly Node Row = X.Slice(0, 0, 1).Reshape([3]);

    private static IEnumerable<TestCaseData> Programs()
    {
        yield return Case("final and all states of loops that become one", () =>
        {
            var first = Nodes.Scan([Row], [X], (c, e) => ([c[0] * 0.5 + e[0]], [c[0] * 0.5 + e[0]]));
            // The same value, once as a final carry and once as the last state.
            var (final, last) = (first.Carries[0], first.Outputs[0].Slice(0, 3, 1).Reshape([3]));
            ScanNodes Second(Node init) => Nodes.Scan([init], [X], (c, e) => ([c[0] * 0.25 - e[0].Sum()], [c[0] * 0.25 - e[0].Sum()]));
            return [first.Outputs[0], Second(final).Carries[0], Second(last).Outputs[0]];
        });
        yield return Case("empty carry of a scan", () =>
        {
            var scan = Nodes.Scan([Nothing, Row], [X], (c, e) => ([c[0] * 2, c[1] + c[0].Sum(0) + e[0]], []));
            return [scan.Carries[0], scan.Carries[1]];
        });
        yield return Case("empty carry of a while", () =>
            [.. Nodes.While([Row, Nothing], c => c[0].Sum().Less(9), c => [c[0] + 1 + c[1].Sum(0), c[1] * 2])]);
        yield return Case("empty result of a branch", () => [.. Nodes.Cond(Flag, [Row, Nothing], o => [o[0] + 1, o[1] * 2], o => o)]);
        yield return Case("only an empty result of a branch", () => [Nodes.Cond(Flag, [Row, Nothing], o => [o[0] + 1, o[1] * 2], o => o)[1]]);
        yield return Case("a while of no step", () => [Nodes.While([Row], c => c[0].Sum().Less(1e9), c => [c[0] + 1], limit: 0)[0]]);
        yield return Case("exchanged carries", () =>
            [.. Nodes.While([Row, Row * 2, Nodes.Scalar(0, DType.Int64)], c => c[2].Less(3), c => [c[1], c[0], c[2] + 1])]);
        yield return Case("carries that do not change", () =>
        {
            var scan = Nodes.Scan([Row, Row * 2], [X], (c, e) => ([c[1], c[1]], [e[0]]));
            return [.. scan.Carries, .. scan.Outputs];
        });
        yield return Case("a carry that is one from outside", () => [Nodes.Scan([Row], [X], (c, e) => ([Row.Tanh()], [])).Carries[0]]);
        yield return Case("the same operand as carry, element and capture", () =>
            [Nodes.Scan([X], [X, X], (c, e) => ([c[0] + e[0] * e[1] + X], [])).Carries[0]]);
        yield return Case("branches without work", () => [.. Nodes.Cond(Flag, [Row, Row * 2], o => o, o => [o[1], o[0]])]);
    }

    [TestCaseSource(nameof(Programs))]
    public void Compiled_values_are_the_references(Func<Node[]> build)
    {
        var graph = new ComputationGraph("carries", build().Select((n, i) => new NamedOutput($"out{i}", n)).ToEquatable(), []);
        var inputs = graph.Inputs.ToDictionary(i => i.Label, i => Value(i.Type));
        var states = new Dictionary<StateSlot, Literal>();
        var expected = ReferenceEvaluator.Evaluate(graph, inputs, states).Outputs;
        var actual = CompiledGraph.Evaluate(graph, inputs, states, threads: 2).Outputs;
        foreach (var (name, value) in expected) Closeness.AssertClose(actual[name], value, 1e-5, name);
    }

    private static Literal Value(TensorType type)
    {
        var literal = new Literal(type);
        for (var i = 0; i < literal.Count; i++)
            literal[i] = type.DType == DType.Bool ? Scalar.Of(true) : Scalar.Of(type.DType, Threefry.Uniform(1, 2, i));
        return literal;
    }

    private static TestCaseData Case(string what, Func<Node[]> build) => new TestCaseData(build).SetArgDisplayNames(what);
}
