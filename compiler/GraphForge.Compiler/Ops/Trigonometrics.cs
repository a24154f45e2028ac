using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Ops;

/// <summary>Tangent of radians.</summary>
public sealed record Tan() : FloatUnaryOp(UnaryFunction.Tan)
{
    protected override double Compute(double x) => Math.Tan(x);

    protected override Node Gradient(Node x, Node y, Node g) => g * (1 + y.Square());
}

/// <summary>Arc sine, −π/2..π/2; NaN beyond −1..1.</summary>
public sealed record Asin() : FloatUnaryOp(UnaryFunction.Asin)
{
    protected override double Compute(double x) => Math.Asin(x);

    // 1 − x², which cancels near the ends, as (1 − x)(1 + x).
    protected override Node Gradient(Node x, Node y, Node g) => g / ((1 - x) * (1 + x)).Sqrt();
}

/// <summary>Arc cosine, 0..π; NaN beyond −1..1.</summary>
public sealed record Acos() : FloatUnaryOp(UnaryFunction.Acos)
{
    protected override double Compute(double x) => Math.Acos(x);

    protected override Node Gradient(Node x, Node y, Node g) => -(g / ((1 - x) * (1 + x)).Sqrt());
}

/// <summary>Arc tangent, −π/2..π/2.</summary>
public sealed record Atan() : FloatUnaryOp(UnaryFunction.Atan)
{
    protected override double Compute(double x) => Math.Atan(x);

    protected override Node Gradient(Node x, Node y, Node g) => g / (1 + x.Square());
}

/// <summary>
/// The angle −π..π of the point whose ordinate is operand 0 and whose abscissa is operand 1. Zeros and infinities count by
/// their signs, as in IEEE 754; the origin has no gradient (NaN).
/// </summary>
public sealed record Atan2() : ArithmeticOp(BinaryFunction.Atan2)
{
    protected override void Check(TensorType operand) => OperandRules.Float(this, operand);

    protected override double Compute(double a, double b) => Math.Atan2(a, b);

    protected override long Compute(long a, long b) =>
        throw new InternalCompilerException("evaluate", "atan2 is not defined on integers");

    protected override (Node A, Node B) Gradient(Node a, Node b, Node y, Node g)
    {
        var share = g / (a.Square() + b.Square());
        return (share * b, -(share * a));
    }
}
