using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Functions of the bits of integers, and logic on any element type.</content>
public sealed partial class Tensor
{
    /// <summary>Not, on bool; on integers, every bit turned.</summary>
    public static Tensor operator ~(Tensor operand) => new(~operand.Node);

    /// <summary>The bits of integers moved up: times 2 to the power of <paramref name="right"/>, wrapping; 0 where that moves all of them out.</summary>
    public static Tensor operator <<(Tensor left, Tensor right) => Promoted(left, right, (a, b) => a << b);

    /// <summary>The bits of integers moved down, the sign kept: divided by 2 to the power of <paramref name="right"/>, rounded down.</summary>
    public static Tensor operator >>(Tensor left, Tensor right) => Promoted(left, right, (a, b) => a >> b);

    /// <inheritdoc cref="operator &amp;(Tensor, Tensor)"/>
    public Tensor BitwiseAnd(Tensor other) => this & other;

    /// <inheritdoc cref="operator |(Tensor, Tensor)"/>
    public Tensor BitwiseOr(Tensor other) => this | other;

    /// <inheritdoc cref="operator ^(Tensor, Tensor)"/>
    public Tensor BitwiseXor(Tensor other) => this ^ other;

    /// <inheritdoc cref="operator ~(Tensor)"/>
    public Tensor BitwiseNot() => ~this;

    /// <inheritdoc cref="operator &lt;&lt;(Tensor, Tensor)"/>
    public Tensor BitwiseLeftShift(Tensor other) => this << other;

    /// <inheritdoc cref="operator &gt;&gt;(Tensor, Tensor)"/>
    public Tensor BitwiseRightShift(Tensor other) => this >> other;

    /// <summary>Whether both elements are nonzero.</summary>
    public Tensor LogicalAnd(Tensor other) => To(DType.Bool) & other.To(DType.Bool);

    /// <summary>Whether either element is nonzero.</summary>
    public Tensor LogicalOr(Tensor other) => To(DType.Bool) | other.To(DType.Bool);

    /// <summary>Whether exactly one element is nonzero.</summary>
    public Tensor LogicalXor(Tensor other) => To(DType.Bool) ^ other.To(DType.Bool);

    /// <summary>Whether elements are zero.</summary>
    public Tensor LogicalNot() => !this;
}
