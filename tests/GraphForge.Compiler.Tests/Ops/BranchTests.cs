using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

public sealed class BranchTests
{
    private static readonly Node X = Nodes.Input("x", DType.Float32, [3]);
    private static readonly Node Flag = Nodes.Input("flag", DType.Bool, []);

    /// <summary>27 reaches 1 after 111 steps of n/2 or 3n + 1.</summary>
    [Test]
    public void A_while_counts_its_steps()
    {
        var steps = Nodes.While([Nodes.Scalar(27, DType.Int64), Nodes.Scalar(0, DType.Int64)], c => c[0].NotEqualTo(1), c =>
            [Nodes.Cond((c[0] % 2).EqualTo(0), [c[0]], o => [o[0] / 2], o => [o[0] * 3 + 1])[0], c[1] + 1])[1];
        Assert.That(ReferenceEvaluator.Evaluate(steps)[0].AsInt64, Is.EqualTo(111));
    }

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Row(() => Nodes.Cond(X, [X], o => o, o => o), ErrorCode.WrongDType, "cond takes a bool scalar as its condition, got float32[3].");
        yield return Row(() => Nodes.Cond(Flag, [X], o => o, o => []), ErrorCode.ShapeMismatch,
            "cond: the branches yield float32[3] and nothing; they must agree in number, types and shapes.");
        yield return Row(() => Nodes.Cond(Flag, [X], o => o, o => [o[0].Sum()]), ErrorCode.ShapeMismatch,
            "cond: the branches yield float32[3] and float32[]; they must agree in number, types and shapes.");
        yield return Row(() => Nodes.While([X], c => c[0].Less(1), c => c), ErrorCode.WrongDType,
            "while takes a bool scalar as its condition, got bool[3].");
        yield return Row(() => Nodes.While([X], c => Flag, c => [c[0], c[0]]), ErrorCode.ShapeMismatch,
            "while starts with 1 carries and its step returns 2; return a next value for each.");
        yield return Row(() => Nodes.While([X], c => Flag, c => [c[0].Sum()]), ErrorCode.ShapeMismatch,
            "while: carry 0 starts as float32[3] and its step makes it float32[]; a carry keeps its type and shape.");
        yield return Row(() => Nodes.While([X], c => Flag, c => c, limit: -1), ErrorCode.BadAttribute,
            "while has a limit of -1 steps; it must not be negative.");
        yield return Row(() => Gradients.Of(Nodes.Cond(Flag, [X], o => [o[0] * 2], o => o)[0].Sum(), [X]), ErrorCode.NoGradient,
            "cond has no gradient; choose between values with where, which has one.");
        yield return Row(() => Gradients.Of(Nodes.While([X], c => c[0].Sum().Less(9), c => [c[0] * 2])[0].Sum(), [X]), ErrorCode.NoGradient,
            "while has no gradient, since it does not keep the steps it took; use scan, whose number of steps is known.");
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Wrong_uses_have_one_clear_error(Action build, ErrorCode code, string problem)
    {
        var error = Assert.Throws<GraphException>(() => build())!;
        Assert.That((error.Code, error.Problem), Is.EqualTo((code, problem)));
    }

    private static TestCaseData Row(Action build, ErrorCode code, string problem) =>
        new TestCaseData(build, code, problem).SetArgDisplayNames(problem);
}
