using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Operators and comparisons between two tensors, element by element.</content>
public sealed partial class Tensor
{
    public static Tensor operator +(Tensor left, Tensor right) => Computed(left, right, (a, b) => a + b);

    public static Tensor operator -(Tensor left, Tensor right) => Computed(left, right, (a, b) => a - b);

    public static Tensor operator *(Tensor left, Tensor right) => Computed(left, right, (a, b) => a * b);

    /// <summary>True division: integers divide as float32.</summary>
    public static Tensor operator /(Tensor left, Tensor right)
    {
        var isFloat = Promotion.Of(left, right).IsFloat();
        return isFloat ? Computed(left, right, (a, b) => a / b) : new Tensor(left.To(DType.Float32).Node / right.To(DType.Float32).Node);
    }

    /// <summary>Remainder with the sign of the divisor, as in Python.</summary>
    public static Tensor operator %(Tensor left, Tensor right) => Computed(left, right, (a, b) => a % b);

    public static Tensor operator -(Tensor operand) => new(-operand.Node);

    public static Tensor operator <(Tensor left, Tensor right) => Promoted(left, right, (a, b) => a.Less(b));

    public static Tensor operator <=(Tensor left, Tensor right) => Promoted(left, right, (a, b) => a.LessOrEqual(b));

    public static Tensor operator >(Tensor left, Tensor right) => Promoted(left, right, (a, b) => a.Greater(b));

    public static Tensor operator >=(Tensor left, Tensor right) => Promoted(left, right, (a, b) => a.GreaterOrEqual(b));

    /// <summary>Both, on bool; on integers, bit by bit.</summary>
    public static Tensor operator &(Tensor left, Tensor right) => Promoted(left, right, (a, b) => a & b);

    /// <summary>Either or both, on bool; on integers, bit by bit.</summary>
    public static Tensor operator |(Tensor left, Tensor right) => Promoted(left, right, (a, b) => a | b);

    /// <summary>Exactly one, on bool; on integers, bit by bit.</summary>
    public static Tensor operator ^(Tensor left, Tensor right) => Promoted(left, right, (a, b) => a ^ b);

    /// <summary>Whether elements are false or zero.</summary>
    public static Tensor operator !(Tensor operand) => new(!operand.To(DType.Bool).Node);

    /// <summary>Whether the elements are equal. (<c>==</c> compares the handles.)</summary>
    public Tensor Eq(Tensor other) => Promoted(this, other, (a, b) => a.EqualTo(b));

    /// <summary>Whether the elements differ.</summary>
    public Tensor Ne(Tensor other) => Promoted(this, other, (a, b) => a.NotEqualTo(b));

    public Tensor Maximum(Tensor other) => Promoted(this, other, (a, b) => a.Maximum(b));

    public Tensor Minimum(Tensor other) => Promoted(this, other, (a, b) => a.Minimum(b));

    /// <summary>Each element raised to the power of the element of <paramref name="exponent"/>.</summary>
    public Tensor Pow(Tensor exponent) => Computed(this, exponent, (a, b) => a.Power(b));

    /// <summary>Matrix product over the last two axes, those before broadcasting; a vector is a row on the left, a column on the right.</summary>
    public Tensor MatMul(Tensor other) => Promoted(this, other, Nodes.MatMul);

    /// <inheritdoc cref="Functional.Einsum"/>
    public static Tensor Einsum(string equation, params IReadOnlyList<Tensor> operands) => Functional.Einsum(equation, operands);

    /// <summary>
    /// Elements of <paramref name="input"/> where <paramref name="condition"/> (bool) holds, else of <paramref name="other"/>.
    /// </summary>
    public static Tensor Where(Tensor condition, Tensor input, Tensor other) =>
        Promoted(input, other, (a, b) => Nodes.Select(condition.Node, a, b));

    /// <summary>
    /// <see cref="Promoted"/> for arithmetic: a plain number that a float of 16 bits cannot hold (0.1, 0.999) is not rounded
    /// to one before the operation, as it is not in PyTorch.
    /// </summary>
    private static Tensor Computed(Tensor left, Tensor right, Func<Node, Node, Node> apply)
    {
        var type = Promotion.Of(left, right);
        if (!type.IsHalf() || left.IsHeldBy(type) && right.IsHeldBy(type)) return Promoted(left, right, apply);
        return new Tensor(apply(left.To(DType.Float32).Node, right.To(DType.Float32).Node).Cast(type));
    }

    /// <summary>Whether converting loses nothing of a plain number; true for every other tensor.</summary>
    private bool IsHeldBy(DType type) => _number is not { } number || number.As(type).AsDouble == number.AsDouble;

    /// <summary>Applies <paramref name="apply"/>, which broadcasts, to both operands in the type they meet in.</summary>
    private static Tensor Promoted(Tensor left, Tensor right, Func<Node, Node, Node> apply)
    {
        var type = Promotion.Of(left, right);
        return new Tensor(apply(left.To(type).Node, right.To(type).Node));
    }
}
