using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Arithmetic on two operands of one numeric type; integers wrap.</summary>
public abstract record ArithmeticOp(BinaryFunction Function) : BinaryOp(Function)
{
    protected override void Check(TensorType operand) => OperandRules.Numeric(this, operand);

    protected abstract double Compute(double a, double b);

    protected abstract long Compute(long a, long b);

    /// <summary>Cotangents of operands <paramref name="a"/> and <paramref name="b"/> for result <paramref name="y"/>.</summary>
    protected abstract (Node A, Node B) Gradient(Node a, Node b, Node y, Node g);

    protected override Scalar Compute(Scalar a, Scalar b, DType result) => result.IsFloat()
        ? Scalar.Of(result, Compute(a.AsDouble, b.AsDouble))
        : Scalar.Of(result, Compute(a.AsInt64, b.AsInt64));

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        if (!node.Type.DType.IsFloat()) return [null, null];
        var (a, b) = Gradient(node.Inputs[0].Widened(), node.Inputs[1].Widened(), node.Widened(), cotangent.Widened());
        return [a.Cast(node.Type.DType), b.Cast(node.Type.DType)];
    }
}

/// <summary>a + b.</summary>
public sealed record Add() : ArithmeticOp(BinaryFunction.Add)
{
    public override bool IsCommutative => true;

    protected override double Compute(double a, double b) => a + b;

    protected override long Compute(long a, long b) => a + b;

    protected override (Node A, Node B) Gradient(Node a, Node b, Node y, Node g) => (g, g);
}

/// <summary>a − b.</summary>
public sealed record Subtract() : ArithmeticOp(BinaryFunction.Subtract)
{
    protected override double Compute(double a, double b) => a - b;

    protected override long Compute(long a, long b) => a - b;

    protected override (Node A, Node B) Gradient(Node a, Node b, Node y, Node g) => (g, -g);
}

/// <summary>a · b.</summary>
public sealed record Multiply() : ArithmeticOp(BinaryFunction.Multiply)
{
    public override bool IsCommutative => true;

    protected override double Compute(double a, double b) => a * b;

    protected override long Compute(long a, long b) => a * b;

    protected override (Node A, Node B) Gradient(Node a, Node b, Node y, Node g) => (g * b, g * a);
}

/// <summary>
/// a / b. Integers truncate toward zero; an integer divided by zero is 0, so that no data stops a run, and the one quotient
/// out of range (the smallest integer by −1) wraps.
/// </summary>
public sealed record Divide() : ArithmeticOp(BinaryFunction.Divide)
{
    protected override double Compute(double a, double b) => a / b;

    protected override long Compute(long a, long b) => b switch { 0 => 0, -1 => -a, _ => a / b };

    protected override (Node A, Node B) Gradient(Node a, Node b, Node y, Node g) => (g / b, -(g * y) / b);
}

/// <summary>a − b·⌊a/b⌋: takes the sign of the divisor, as in Python. An integer remainder by zero is 0.</summary>
public sealed record Remainder() : ArithmeticOp(BinaryFunction.Remainder)
{
    protected override double Compute(double a, double b)
    {
        var remainder = a % b;
        return remainder != 0 && remainder < 0 != b < 0 ? remainder + b : remainder;
    }

    protected override long Compute(long a, long b)
    {
        if (b is 0 or -1) return 0;
        var remainder = a % b;
        return remainder != 0 && remainder < 0 != b < 0 ? remainder + b : remainder;
    }

    protected override (Node A, Node B) Gradient(Node a, Node b, Node y, Node g) => (g, -(g * (a / b).Floor()));
}

/// <summary>aᵇ on floats, with 0⁰ = 1.</summary>
public sealed record Power() : ArithmeticOp(BinaryFunction.Power)
{
    protected override void Check(TensorType operand) => OperandRules.Float(this, operand);

    protected override double Compute(double a, double b) => Math.Pow(a, b);

    protected override long Compute(long a, long b) =>
        throw new InternalCompilerException("evaluate", "power is not defined on integers");

    // b·a^(b−1) is 0·∞ at a = b = 0, and log a is −∞ at a = 0 where aᵇ is flat in b. The base is replaced there rather than
    // the product selected away, since 0·∞ would come back in the gradient of the select.
    protected override (Node A, Node B) Gradient(Node a, Node b, Node y, Node g)
    {
        var zeroBase = a.EqualTo(0);
        var slopeBase = Nodes.Select(zeroBase & b.EqualTo(0), a.OnesLike(), a);
        var logBase = Nodes.Select(zeroBase & b.GreaterOrEqual(0), a.OnesLike(), a);
        return (g * b * slopeBase.Power(b - 1), g * y * logBase.Log());
    }
}

/// <summary>The extreme of two; NaN if either is NaN. Where they tie, each gets half of the cotangent.</summary>
public abstract record ExtremumOp(BinaryFunction Function) : ArithmeticOp(Function)
{
    public override bool IsCommutative => true;

    /// <summary>Whether <paramref name="a"/> loses to <paramref name="b"/>; false where either is NaN.</summary>
    protected abstract Node Loses(Node a, Node b);

    protected override (Node A, Node B) Gradient(Node a, Node b, Node y, Node g)
    {
        var tie = a.EqualTo(b);
        return (Share(a, b), Share(b, a));

        Node Share(Node own, Node other) =>
            Nodes.Select(tie, g * 0.5, Nodes.Select(Loses(own, other), g.ZerosLike(), g));
    }
}

/// <inheritdoc cref="ExtremumOp"/>
public sealed record Minimum() : ExtremumOp(BinaryFunction.Minimum)
{
    protected override double Compute(double a, double b) => Math.Min(a, b);

    protected override long Compute(long a, long b) => Math.Min(a, b);

    protected override Node Loses(Node a, Node b) => a.Greater(b);
}

/// <inheritdoc cref="ExtremumOp"/>
public sealed record Maximum() : ExtremumOp(BinaryFunction.Maximum)
{
    protected override double Compute(double a, double b) => Math.Max(a, b);

    protected override long Compute(long a, long b) => Math.Max(a, b);

    protected override Node Loses(Node a, Node b) => a.Less(b);
}
