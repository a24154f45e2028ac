using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// The bits of an integer moved by the integer beside it. Moved by fewer than 0 places or by as many as there are bits, nothing
/// is left of them, as in PyTorch.
/// </summary>
public abstract record ShiftOp(BinaryFunction Function) : BinaryOp(Function)
{
    protected override void Check(TensorType operand) => OperandRules.Integer(this, operand);

    /// <summary>The function for <paramref name="places"/> from 0 to one less than the number of bits.</summary>
    protected abstract long Shift(long bits, int places);

    /// <summary>What is left of <paramref name="bits"/> when all were moved out.</summary>
    protected abstract long Emptied(long bits);

    protected override Scalar Compute(Scalar a, Scalar b, DType result) => Scalar.Of(result,
        b.AsInt64 >= 0 && b.AsInt64 < 8 * result.Size() ? Shift(a.AsInt64, (int)b.AsInt64) : Emptied(a.AsInt64));

    public override Node?[] Gradient(Node node, Node cotangent) => [null, null];
}

/// <summary>a · 2ᵇ, wrapping.</summary>
public sealed record ShiftLeft() : ShiftOp(BinaryFunction.ShiftLeft)
{
    protected override long Shift(long bits, int places) => bits << places;

    protected override long Emptied(long bits) => 0;
}

/// <summary>⌊a / 2ᵇ⌋: the sign stays.</summary>
public sealed record ShiftRight() : ShiftOp(BinaryFunction.ShiftRight)
{
    protected override long Shift(long bits, int places) => bits >> places;

    protected override long Emptied(long bits) => bits < 0 ? -1 : 0;
}
