using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

public sealed class OpErrorTests
{
    private static readonly Node X = Nodes.Input("x", DType.Float32, [2, 3]);
    private static readonly Node Y = Nodes.Input("y", DType.Float32, [4]);
    private static readonly Node Wide = Nodes.Input("wide", DType.Float64, [2, 3]);
    private static readonly Node Empty = Nodes.Input("empty", DType.Float32, [2, 0]);
    private static readonly Node Whole = Nodes.Input("whole", DType.Int64, [4]);
    private static readonly Node Flag = Nodes.Input("flag", DType.Bool, [2, 3]);
    private static readonly Node Number = Nodes.Input("number", DType.Float32, []);

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Row(() => X + Y, ErrorCode.ShapeMismatch,
            "add cannot broadcast float32[2, 3] with float32[4]: axis -1 has extents 3 and 4, and neither is 1; reshape or permute one operand.");
        yield return Row(() => X * Wide, ErrorCode.WrongDType,
            "multiply needs operands of one element type, got float32[2, 3] and float64[2, 3]; cast one of them.");
        yield return Row(() => Node.Of(new Add(), X, Y), ErrorCode.ShapeMismatch,
            "add needs operands of one shape, got float32[2, 3] and float32[4]; expand or reshape one of them.");
        yield return Row(() => Whole + 0.5, ErrorCode.WrongDType,
            "add of int64[4] and the number 0.5: int64 cannot hold it; cast the tensor.");
        yield return Row(() => Whole.Exp(), ErrorCode.WrongDType, "exp takes a float element type, got int64[4]; cast the operand.");
        yield return Row(() => -Flag, ErrorCode.WrongDType, "negate takes a numeric element type, got bool[2, 3]; cast the operand.");
        yield return Row(() => X & Flag, ErrorCode.WrongDType,
            "and needs operands of one element type, got float32[2, 3] and bool[2, 3]; cast one of them.");
        yield return Row(() => !X, ErrorCode.WrongDType, "not takes bool or an integer element type, got float32[2, 3]; cast the operand.");
        yield return Row(() => X & X, ErrorCode.WrongDType, "and takes bool or an integer element type, got float32[2, 3]; cast the operand.");
        yield return Row(() => X << X, ErrorCode.WrongDType, "shiftLeft takes uint8, int32 or int64, got float32[2, 3]; cast the operand.");
        yield return Row(() => X >> Whole, ErrorCode.WrongDType, "shiftRight needs operands of one element type, got float32[2, 3] and int64[4]; cast one of them.");
        yield return Row(() => Nodes.Select(X, X, X), ErrorCode.WrongDType, "select takes bool, got float32[2, 3]; cast the operand.");
        yield return Row(() => X.Reshape([7]), ErrorCode.ShapeMismatch,
            "reshape cannot turn float32[2, 3], which has 6 elements, into [7], which has 7; the numbers of elements must agree.");
        yield return Row(() => X.Permute(0, 0), ErrorCode.BadAxis, "permute of float32[2, 3] needs each of its 2 axes once, got [0, 0].");
        yield return Row(() => X.ExpandTo([4, 3]), ErrorCode.ShapeMismatch,
            "expand cannot turn float32[2, 3] into [4, 3]: axis 0 has extent 2, and only extent 1 can grow.");
        yield return Row(() => X.ExpandTo([3]), ErrorCode.ShapeMismatch,
            "expand cannot turn float32[2, 3] into [3], which has fewer axes; sum or reshape instead.");
        yield return Row(() => X.Slice(1, 2, 2), ErrorCode.BadAttribute,
            "slice of float32[2, 3] leaves axis 1: 2 elements from 2 in steps of 1 do not lie within 0..2.");
        yield return Row(() => X.Slice(0, 0, 1, -1), ErrorCode.BadAttribute,
            "slice of float32[2, 3] has step -1 on axis 0; steps are at least 1, use flip to reverse.");
        yield return Row(() => X.Pad(0, -1, 0), ErrorCode.BadAttribute,
            "pad of float32[2, 3] has negative padding (low [-1, 0], high [0, 0], interior [0, 0]); use slice to cut.");
        yield return Row(() => Node.Of(new Pad([0], [0], [0], Scalar.Of(DType.Float32, 0L)), X), ErrorCode.ShapeMismatch,
            "pad needs one low padding for each of the 2 axes of float32[2, 3], got 1.");
        yield return Row(() => Node.Of(new Pad([0], [1], [0], Scalar.Of(DType.Int32, 0L)), Y), ErrorCode.WrongDType,
            "pad of float32[4] needs a fill value of its element type, got 0 of int32.");
        yield return Row(() => Nodes.Concat([X, Y], 0), ErrorCode.ShapeMismatch,
            "concat along axis 0 needs operands that agree on every other axis, got float32[2, 3] and float32[4].");
        yield return Row(() => Nodes.Concat([X, Wide], 0), ErrorCode.WrongDType,
            "concat needs operands of one element type, got float32[2, 3] and float64[2, 3]; cast one of them.");
        yield return Row(() => Nodes.Concat([], 0), ErrorCode.ShapeMismatch, "concat needs at least one operand.");
        yield return Row(() => X.Sum(2), ErrorCode.BadAxis, "sum has no axis 2 in float32[2, 3]; axes run from -2 to 1.");
        yield return Row(() => Number.Sum(0), ErrorCode.BadAxis, "sum has no axis 0 in float32[]; a scalar has no axes.");
        yield return Row(() => X.Sum([1, -1]), ErrorCode.BadAxis, "sum of float32[2, 3] names an axis twice: [1, -1].");
        yield return Row(() => Node.Of(new Sum([1, 0]), X), ErrorCode.BadAxis,
            "sum needs distinct axes in ascending order, got [1, 0].");
        yield return Row(() => Empty.Max(1), ErrorCode.ShapeMismatch,
            "reduceMaximum of float32[2, 0] has nothing to choose from: axis 1 is empty.");
        yield return Row(() => Empty.ArgMin(1), ErrorCode.ShapeMismatch,
            "argMinimum of float32[2, 0] has nothing to choose from: axis 1 is empty.");
        yield return Row(() => Whole.Mean(), ErrorCode.WrongDType, "mean takes a float element type, got int64[4]; cast the operand.");
        yield return Row(() => X.Unsqueeze(3), ErrorCode.BadAxis,
            "unsqueeze of float32[2, 3] cannot insert axis 3; axes run from -3 to 2.");
        yield return Row(() => X.Squeeze(1), ErrorCode.ShapeMismatch,
            "squeeze of float32[2, 3] cannot remove axis 1, whose extent is 3 and not 1.");
        yield return Row(() => X.Gather(0, Y), ErrorCode.WrongDType, "gather takes uint8, int32 or int64, got float32[4]; cast the operand.");
        yield return Row(() => Empty.Gather(1, Whole), ErrorCode.ShapeMismatch,
            "gather from float32[2, 0] with indices int64[4] has nothing to choose from: axis 1 is empty.");
        yield return Row(() => X.ScatterAdd(0, Whole, 5), ErrorCode.ShapeMismatch,
            "scatterAdd along axis 0 needs updates that hold the shape of the indices from that axis on, got indices int64[4] and updates float32[2, 3].");
        yield return Row(() => Y.ScatterAdd(0, Whole, -1), ErrorCode.BadAttribute, "scatterAdd has length -1; it must not be negative.");
        yield return Row(() => Nodes.RandomUniform([2], 0, Whole), ErrorCode.WrongDType,
            "randomUniform takes an int64 scalar as seed, got int64[4].");
        yield return Row(() => Nodes.MatMul(X, X), ErrorCode.ShapeMismatch,
            "matMul cannot multiply float32[2, 3] by float32[2, 3]: the last extent of the left operand, 3, must equal the second to last extent of the right, 2; transpose or reshape one operand.");
        yield return Row(() => Nodes.MatMul(X, Y), ErrorCode.ShapeMismatch,
            "matMul cannot multiply float32[2, 3] by float32[4]: the last extent of the left operand, 3, must equal the only extent of the right, 4; transpose or reshape one operand.");
        yield return Row(() => Nodes.MatMul(Number, X), ErrorCode.ShapeMismatch,
            "matMul needs operands with at least one axis, got float32[] and float32[2, 3]; multiply by a scalar with *.");
        yield return Row(() => Nodes.MatMul(Nodes.Full([2, 1, 3], DType.Float32, 0), Nodes.Full([5, 3, 1], DType.Float32, 0)), ErrorCode.ShapeMismatch,
            "the leading axes of matMul cannot broadcast float32[2] with float32[5]: axis -1 has extents 2 and 5, and neither is 1; reshape or permute one operand.");
        yield return Row(() => Nodes.Einsum("ij", X, Y), ErrorCode.BadAttribute,
            "einsum takes labels like \"bij,bjk->bik\", one letter an axis, got \"ij\".");
        yield return Row(() => Nodes.Einsum("ijk,k->i", X, Y), ErrorCode.ShapeMismatch,
            "einsum \"ijk,k->i\" labels 3 and 1 axes, and the operands are float32[2, 3] and float32[4]; give each axis one letter.");
        yield return Row(() => Nodes.Einsum("ii,k->k", X, Y), ErrorCode.BadAttribute,
            "einsum \"ii,k->k\" must name each label once in an operand and take its output's labels from the operands.");
        yield return Row(() => Gradients.Of(X, [X])[0], ErrorCode.NoGradient,
            "only a float scalar has a gradient, and input gives float32[2, 3]; reduce it with Sum or Mean, or give the cotangent to start from.");
        yield return Row(() => Gradients.Of(X.Sum(), [Whole])[0], ErrorCode.NoGradient,
            "only float32 and float64 have gradients, and the target input(whole) is int64[4].");
        yield return Row(() => Gradients.Of(Whole, Whole, [X])[0], ErrorCode.NoGradient,
            "only float32 and float64 have gradients, and input gives int64[4]; cast before, not after, what should be differentiated.");
        yield return Row(() => Gradients.Of(X, Y, [X])[0], ErrorCode.ShapeMismatch,
            "the cotangent of input must have its type float32[2, 3], got float32[4].");
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Mistakes_are_told_whole(Func<Node> mistake, ErrorCode code, string problem)
    {
        var error = Assert.Throws<GraphException>(() => mistake())!;
        Assert.That(error.Problem, Is.EqualTo(problem));
        Assert.That(error.Code, Is.EqualTo(code));
    }

    [Test]
    public void Errors_point_at_the_line_that_made_them()
    {
        var error = Assert.Throws<GraphException>(() => _ = X + Y)!;
        Assert.That(error.Message, Does.Match(@"^OpErrorTests\.cs\(\d+\): error GF0101: add cannot broadcast"));
    }

    private static TestCaseData Row(Func<Node> mistake, ErrorCode code, string problem) =>
        new TestCaseData(mistake, code, problem).SetArgDisplayNames(problem.Split(';')[0]);
}
