using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Ops;

/// <summary>eˣ − 1, precise where eˣ is near 1.</summary>
public sealed record Expm1() : FloatUnaryOp(UnaryFunction.Expm1)
{
    protected override double Compute(double x) => StableExponentials.Expm1(x);

    // Not g · (y + 1), which loses all digits where y is near −1.
    protected override Node Gradient(Node x, Node y, Node g) => g * x.Exp();
}

/// <summary>log(1 + x), precise where x is near 0; NaN below −1, −∞ there.</summary>
public sealed record Log1p() : FloatUnaryOp(UnaryFunction.Log1p)
{
    protected override double Compute(double x) => StableExponentials.Log1p(x);

    protected override Node Gradient(Node x, Node y, Node g) => g / (x + 1);
}

/// <summary>Logarithm to the base 2, exact at powers of 2; NaN below 0, −∞ at 0.</summary>
public sealed record Log2() : FloatUnaryOp(UnaryFunction.Log2)
{
    protected override double Compute(double x) => Math.Log2(x);

    protected override Node Gradient(Node x, Node y, Node g) => g / (x * Math.Log(2));
}

/// <summary>1 / (1 + e⁻ˣ), precise down to where it vanishes.</summary>
public sealed record Sigmoid() : FloatUnaryOp(UnaryFunction.Sigmoid)
{
    protected override double Compute(double x) => StableExponentials.Sigmoid(x);

    protected override Node Gradient(Node x, Node y, Node g) => g * y * (1 - y);
}

/// <summary>log(1 + eˣ), which neither overflows nor cancels; a primitive so that its derivatives are smooth at 0.</summary>
public sealed record Softplus() : FloatUnaryOp(UnaryFunction.Softplus)
{
    protected override double Compute(double x) => Math.Max(x, 0) + StableExponentials.Log1p(Math.Exp(-Math.Abs(x)));

    protected override Node Gradient(Node x, Node y, Node g) => g * x.Sigmoid();
}
