using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Ops;

/// <summary>Hyperbolic sine.</summary>
public sealed record Sinh() : FloatUnaryOp(UnaryFunction.Sinh)
{
    protected override double Compute(double x) => Math.Sinh(x);

    protected override Node Gradient(Node x, Node y, Node g) => g * x.Cosh();
}

/// <summary>Hyperbolic cosine.</summary>
public sealed record Cosh() : FloatUnaryOp(UnaryFunction.Cosh)
{
    protected override double Compute(double x) => Math.Cosh(x);

    protected override Node Gradient(Node x, Node y, Node g) => g * x.Sinh();
}

/// <summary>Inverse hyperbolic sine.</summary>
public sealed record Asinh() : FloatUnaryOp(UnaryFunction.Asinh)
{
    protected override double Compute(double x) => Math.Asinh(x);

    protected override Node Gradient(Node x, Node y, Node g) => g / (x.Square() + 1).Sqrt();
}

/// <summary>Inverse hyperbolic cosine, at least 0; NaN below 1.</summary>
public sealed record Acosh() : FloatUnaryOp(UnaryFunction.Acosh)
{
    protected override double Compute(double x) => Math.Acosh(x);

    // x² − 1, which cancels near 1, as (x − 1)(x + 1).
    protected override Node Gradient(Node x, Node y, Node g) => g / ((x - 1) * (x + 1)).Sqrt();
}
