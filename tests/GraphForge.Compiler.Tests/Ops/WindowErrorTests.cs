using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

public sealed class WindowErrorTests
{
    private static readonly WindowGeometry Pairs = WindowGeometry.Of([2, 2]);

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Mistake("rank", new WindowSum(Pairs), ErrorCode.ShapeMismatch,
            "windowSum(kernel=[2, 2], stride=[2, 2]) slides over 2 trailing axes, but its operand is [8]; reshape the operand to " +
            "rank 2 or more.",
            new TensorType(DType.Float32, [8]));
        yield return Mistake("bool", new WindowMaximum(Pairs), ErrorCode.WrongDType,
            "windowMaximum takes a numeric element type, got bool[8, 8]; cast the operand.",
            new TensorType(DType.Bool, [8, 8]));
        yield return Mistake("reach", new WindowMaximum(WindowGeometry.Of([3], dilation: 2)), ErrorCode.ShapeMismatch,
            "windowMaximum(kernel=[3], stride=[3], dilation=[2]) has windows that reach over 5 elements, but spatial axis 0 of " +
            "[2, 4] has 4 with padding; use a smaller kernel or dilation, or more padding.",
            new TensorType(DType.Float32, [2, 4]));
        yield return Mistake("stride", new WindowMaximum(WindowGeometry.Of([3], stride: 0)), ErrorCode.BadAttribute,
            "windowMaximum(kernel=[3], stride=[0]) needs every stride to be at least 1, but got [0].",
            new TensorType(DType.Float32, [2, 4]));
        yield return Mistake("spread", new WindowSpread(Pairs, [4, 4]), ErrorCode.ShapeMismatch,
            "windowSpread(kernel=[2, 2], stride=[2, 2], input=[4, 4]) needs one element of its operand a window, [2, 2], but got " +
            "[2, 3].",
            new TensorType(DType.Float32, [2, 3]));
        yield return Mistake("offset type", new WindowGather(Pairs), ErrorCode.WrongDType,
            "windowGather(kernel=[2, 2], stride=[2, 2]) needs uint8 offsets for windows of 4 positions, but got int32[2, 2]; cast " +
            "them.",
            new TensorType(DType.Float32, [4, 4]), new TensorType(DType.Int32, [2, 2]));
        yield return Mistake("offset shape", new WindowScatter(Pairs, [4, 4]), ErrorCode.ShapeMismatch,
            "windowScatter(kernel=[2, 2], stride=[2, 2], input=[4, 4]) needs one element of its offsets a window, [2, 2], but got " +
            "[3, 2].",
            new TensorType(DType.Float32, [2, 2]), new TensorType(DType.UInt8, [3, 2]));

        static TestCaseData Mistake(string name, Op op, ErrorCode code, string text, params TensorType[] operands) =>
            new TestCaseData(op, code, text, operands).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_is_explained(Op op, ErrorCode code, string text, TensorType[] operands)
    {
        var error = Assert.Throws<GraphException>(() => op.Infer(operands))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Code, Is.EqualTo(code));
            Assert.That(error.Problem, Is.EqualTo(text));
        }
    }
}
