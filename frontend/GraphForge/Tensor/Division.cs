using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Division of every kind, as PyTorch defines it. An integer divided by zero is 0, and so is its remainder.</content>
public sealed partial class Tensor
{
    /// <summary>True division, or the quotient rounded as told; a rounded quotient of integers is an integer.</summary>
    public Tensor Div(Tensor other, RoundingMode roundingMode = RoundingMode.None) => roundingMode switch
    {
        RoundingMode.Trunc => Widened(this, other, TruncatedQuotient),
        RoundingMode.Floor => FloorDivide(other),
        _ => this / other,
    };

    /// <summary>The quotient rounded down, as Python's <c>//</c>: with <see cref="Remainder"/>, (x // y) · y + x % y is x.</summary>
    public Tensor FloorDivide(Tensor other) => Widened(this, other, FlooredQuotient);

    /// <summary>Remainder with the sign of <paramref name="other"/>, as Python's <c>%</c>.</summary>
    public Tensor Remainder(Tensor other) => this % other;

    private static Tensor TruncatedQuotient(Tensor x, Tensor y) => x.DType.IsFloat() ? (x / y).Trunc() : new(x.Node / y.Node);

    // x / y itself, rounded, can be the integer above the quotient. What the remainder leaves of x is a multiple of y.
    private static Tensor FlooredQuotient(Tensor x, Tensor y)
    {
        var remainder = x.Fmod(y);
        var below = remainder.Ne(0) & (remainder < 0 ^ y < 0);
        if (!x.DType.IsFloat()) return TruncatedQuotient(x, y) - below.To(x.DType);
        var quotient = ((x - remainder) / y).Round() - below.To(x.DType);
        return Where(y.Eq(0), x / y, quotient);
    }

    /// <summary>Applies <paramref name="apply"/> in the type that both operands are computed with, and rounds once.</summary>
    private static Tensor Widened(Tensor left, Tensor right, Func<Tensor, Tensor, Tensor> apply)
    {
        var type = Promotion.Of(left, right);
        return apply(left.To(type.Arithmetic()), right.To(type.Arithmetic())).To(type);
    }
}
