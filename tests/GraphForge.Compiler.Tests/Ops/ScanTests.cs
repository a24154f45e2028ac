using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>A scan against the same steps written out one after another.</summary>
public sealed class ScanTests
{
    private static readonly Node Hidden = Constant(1, 2, 3);
    private static readonly Node Cell = Constant(2, 2, 3);
    private static readonly Node Inputs = Constant(3, 5, 2, 3);
    private static readonly Node Weight = Constant(4, 3, 3);

    private static (IReadOnlyList<Node>, IReadOnlyList<Node>) Step(IReadOnlyList<Node> c, IReadOnlyList<Node> x)
    {
        var cell = c[1] * 0.5 + (Nodes.MatMul(c[0], Weight) + x[0]).Tanh();
        return ([cell.Sin(), cell], [cell.Sin(), c[1] * x[0]]);
    }

    [Test]
    public void A_scan_is_its_steps_written_out([Values] bool reverse)
    {
        var scan = Nodes.Scan([Hidden, Cell], [Inputs], Step, reverse: reverse);
        var (carries, outputs) = Unrolled(reverse);
        foreach (var (actual, expected) in scan.Carries.Concat(scan.Outputs).Zip(carries.Concat(outputs))) AssertEqual(actual, expected);
    }

    [Test]
    public void Its_gradients_are_those_of_the_steps_written_out([Values] bool reverse)
    {
        var scan = Nodes.Scan([Hidden, Cell], [Inputs], Step, reverse: reverse);
        var (carries, outputs) = Unrolled(reverse);
        var targets = new[] { Hidden, Cell, Inputs, Weight };
        var first = Gradients.Of(Loss(scan.Carries, scan.Outputs), targets);
        var expected = Gradients.Of(Loss(carries, outputs), targets);
        foreach (var (actual, wanted) in first.Zip(expected)) AssertEqual(actual, wanted);
        var second = Gradients.Of(Loss(first, []), targets);
        foreach (var (actual, wanted) in second.Zip(Gradients.Of(Loss(expected, []), targets))) AssertEqual(actual, wanted);
    }

    [Test]
    public void The_graph_does_not_grow_with_the_number_of_steps()
    {
        var sizes = new[] { 3, 1000 }.Select(length =>
        {
            var x = Nodes.Input("x", DType.Float64, [length, 2, 3]);
            var scan = Nodes.Scan([Hidden, Cell], [x], Step);
            return Topology.Order(Gradients.Of(Loss(scan.Carries, scan.Outputs), [x, Weight])).Count;
        }).ToArray();
        Assert.That(sizes[1], Is.EqualTo(sizes[0]));
    }

    [Test]
    public void Equal_scans_are_one_node()
    {
        var (first, second) = (Nodes.Scan([Hidden, Cell], [Inputs], Step), Nodes.Scan([Hidden, Cell], [Inputs], Step));
        Assert.That(second.Carries, Is.EqualTo(first.Carries));
        Assert.That(second.Outputs, Is.EqualTo(first.Outputs));
    }

    /// <summary>What the arguments of the step do not reach is computed once, outside.</summary>
    [Test]
    public void Invariants_stay_outside_the_body()
    {
        var scan = Nodes.Scan([Hidden], [Inputs], (c, x) => ([c[0] + x[0] * Weight.Exp().Sum()], []));
        var body = ((Scan)scan.Carries[0].Op).Body;
        Assert.That(body.Order.Select(n => n.Op.GetType()), Has.None.EqualTo(typeof(Exp)).And.None.EqualTo(typeof(Sum)));
        Assert.That(scan.Carries[0].Inputs.ToArray().Select(i => i.Op.Name), Does.Contain("sum"));
    }

    [Test]
    public void A_symbolic_length_is_bound_with_the_graph()
    {
        var length = new DimSymbol("length");
        var x = Nodes.Input("x", DType.Float64, [length, 2, 3]);
        var scan = Nodes.Scan([Hidden, Cell], [x], Step);
        var graph = new ComputationGraph("scan", [new NamedOutput("y", scan.Outputs[1]),
            new NamedOutput("g", Gradients.Of(scan.Outputs[0].Sum() + scan.Carries[1].Sum(), [x])[0])], []);
        var bound = Binding.Bind(graph, new Dictionary<DimSymbol, long> { [length] = 5 });
        GraphVerifier.Verify(bound, "test");
        Assert.That(bound.Outputs[1].Value.Shape, Is.EqualTo(Shape.Of(5, 2, 3)));
    }

    private static IEnumerable<TestCaseData> Mistakes()
    {
        var x = Nodes.Input("x", DType.Float32, [4, 3]);
        var y = Nodes.Input("y", DType.Float32, [5, 3]);
        var c = Nodes.Input("c", DType.Float32, [3]);
        var number = Nodes.Input("number", DType.Float32, []);
        yield return Row(() => Nodes.Scan([c], [x, y], (c, x) => ([c[0]], [])), ErrorCode.ShapeMismatch,
            "scan of 4 steps needs stacked tensors of that length, got float32[4, 3] and float32[5, 3]; make their first extents agree.");
        yield return Row(() => Nodes.Scan([c], [x], (c, x) => ([c[0]], []), length: 7), ErrorCode.ShapeMismatch,
            "scan of 7 steps needs stacked tensors of that length, got float32[4, 3]; make their first extents agree.");
        yield return Row(() => Nodes.Scan([c], [x, number], (c, x) => ([c[0]], [])), ErrorCode.ShapeMismatch,
            "scan goes along the first axis of its stacked tensors, and float32[] has none; capture it instead.");
        yield return Row(() => Nodes.Scan([c], [], (c, x) => ([c[0]], [])), ErrorCode.BadAttribute,
            "scan needs a length where no tensor is stacked.");
        yield return Row(() => Nodes.Scan([c], [], (c, x) => ([c[0]], []), length: -1), ErrorCode.BadAttribute,
            "scan has length -1; it must not be negative.");
        yield return Row(() => Nodes.Scan([c, c], [x], (c, x) => ([c[0]], [])), ErrorCode.ShapeMismatch,
            "scan starts with 2 carries and its step returns 1; return a next value for each.");
        yield return Row(() => Nodes.Scan([c], [x], (c, x) => ([c[0].Sum()], [])), ErrorCode.ShapeMismatch,
            "scan: carry 0 starts as float32[3] and its step makes it float32[]; a carry keeps its type and shape.");
        yield return Row(() => Nodes.Scan([c], [x], (c, x) => ([c[0].Cast(DType.Float64)], [])), ErrorCode.WrongDType,
            "scan: carry 0 starts as float32[3] and its step makes it float64[3]; a carry keeps its type and shape.");
        yield return Row(Stray, ErrorCode.DanglingInput,
            "a value of the body of a loop or branch is used outside of it; return it from the body.");

        void Stray()
        {
            Node? inside = null;
            Nodes.Scan([c], [x], (c, x) => ([inside = c[0].Exp()], []));
            GraphVerifier.CheckNames(new ComputationGraph("", [new NamedOutput("y", inside!.Exp())], []));
        }
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Wrong_uses_have_one_clear_error(Action build, ErrorCode code, string problem)
    {
        var error = Assert.Throws<GraphException>(() => build())!;
        Assert.That((error.Code, error.Problem), Is.EqualTo((code, problem)));
    }

    private static TestCaseData Row(Action build, ErrorCode code, string problem) =>
        new TestCaseData(build, code, problem).SetArgDisplayNames(problem);

    private static (Node[] Carries, Node[] Outputs) Unrolled(bool reverse)
    {
        var carries = new[] { Hidden, Cell };
        var outputs = new List<Node>[] { [], [] };
        for (var step = 0; step < 5; step++)
        {
            var (next, elements) = Step(carries, [Inputs.Slice(0, reverse ? 4 - step : step, 1).Squeeze(0)]);
            carries = [.. next];
            foreach (var (list, element) in outputs.Zip(elements)) list.Insert(reverse ? 0 : step, element);
        }
        return (carries, [.. outputs.Select(o => Nodes.Stack(o, 0))]);
    }

    private static Node Loss(IReadOnlyList<Node> carries, IReadOnlyList<Node> outputs) =>
        carries.Concat(outputs).Select((r, i) => ((r + i) * r).Sin().Sum()).Aggregate((a, b) => a + b);

    private static void AssertEqual(Node actual, Node expected) => Closeness.AssertClose(
        ReferenceEvaluator.Evaluate(actual), ReferenceEvaluator.Evaluate(expected), 1e-13, actual.ToString());

    private static Node Constant(int stream, params long[] dims)
    {
        var values = new double[dims.Aggregate(1L, (p, d) => p * d)];
        for (var i = 0; i < values.Length; i++) values[i] = 2 * Threefry.Uniform(7, stream, i) - 1;
        return Nodes.Constant(Literal.Of<double>(values, dims));
    }
}
