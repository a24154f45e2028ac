using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Ops;

/// <summary>−x. Unsigned integers wrap.</summary>
public sealed record Negate() : NumericUnaryOp(UnaryFunction.Negate)
{
    protected override double Compute(double x) => -x;

    protected override long Compute(long x) => -x;

    protected override Node Gradient(Node x, Node y, Node g) => -g;
}

/// <summary>|x|; the derivative at 0 is 0.</summary>
public sealed record Absolute() : NumericUnaryOp(UnaryFunction.Absolute)
{
    protected override double Compute(double x) => Math.Abs(x);

    protected override long Compute(long x) => x < 0 ? -x : x;

    protected override Node Gradient(Node x, Node y, Node g) => g * x.Sign();
}

/// <summary>−1, 0 or 1; 0 for NaN.</summary>
public sealed record Sign() : NumericUnaryOp(UnaryFunction.Sign)
{
    protected override double Compute(double x) => x > 0 ? 1 : x < 0 ? -1 : 0;

    protected override long Compute(long x) => Math.Sign(x);

    protected override Node? Gradient(Node x, Node y, Node g) => null;
}

/// <summary>eˣ.</summary>
public sealed record Exp() : FloatUnaryOp(UnaryFunction.Exp)
{
    protected override double Compute(double x) => Math.Exp(x);

    protected override Node Gradient(Node x, Node y, Node g) => g * y;
}

/// <summary>Natural logarithm; NaN below 0, −∞ at 0.</summary>
public sealed record Log() : FloatUnaryOp(UnaryFunction.Log)
{
    protected override double Compute(double x) => Math.Log(x);

    protected override Node Gradient(Node x, Node y, Node g) => g / x;
}

/// <summary>√x; NaN below 0.</summary>
public sealed record Sqrt() : FloatUnaryOp(UnaryFunction.Sqrt)
{
    protected override double Compute(double x) => Math.Sqrt(x);

    protected override Node Gradient(Node x, Node y, Node g) => g * 0.5 / y;
}

/// <summary>Sine of radians.</summary>
public sealed record Sin() : FloatUnaryOp(UnaryFunction.Sin)
{
    protected override double Compute(double x) => Math.Sin(x);

    protected override Node Gradient(Node x, Node y, Node g) => g * x.Cos();
}

/// <summary>Cosine of radians.</summary>
public sealed record Cos() : FloatUnaryOp(UnaryFunction.Cos)
{
    protected override double Compute(double x) => Math.Cos(x);

    protected override Node Gradient(Node x, Node y, Node g) => -(g * x.Sin());
}

/// <summary>Hyperbolic tangent.</summary>
public sealed record Tanh() : FloatUnaryOp(UnaryFunction.Tanh)
{
    protected override double Compute(double x) => Math.Tanh(x);

    protected override Node Gradient(Node x, Node y, Node g) => g * (1 - y.Square());
}

/// <summary>Error function, 2/√π ∫₀ˣ e^(−t²) dt.</summary>
public sealed record Erf() : FloatUnaryOp(UnaryFunction.Erf)
{
    protected override double Compute(double x) => ErrorFunction.Erf(x);

    protected override Node Gradient(Node x, Node y, Node g) => g * (-x.Square()).Exp() * (2 / Math.Sqrt(Math.PI));
}

/// <summary>1 − erf x, precise where that is near 0.</summary>
public sealed record Erfc() : FloatUnaryOp(UnaryFunction.Erfc)
{
    protected override double Compute(double x) => ErrorFunction.Erfc(x);

    protected override Node Gradient(Node x, Node y, Node g) => g * (-x.Square()).Exp() * (-2 / Math.Sqrt(Math.PI));
}

/// <summary>Largest integer not above x.</summary>
public sealed record Floor() : FloatUnaryOp(UnaryFunction.Floor)
{
    protected override double Compute(double x) => Math.Floor(x);

    protected override Node? Gradient(Node x, Node y, Node g) => null;
}

/// <summary>Smallest integer not below x.</summary>
public sealed record Ceiling() : FloatUnaryOp(UnaryFunction.Ceiling)
{
    protected override double Compute(double x) => Math.Ceiling(x);

    protected override Node? Gradient(Node x, Node y, Node g) => null;
}

/// <summary>Nearest integer, halves to even.</summary>
public sealed record Round() : FloatUnaryOp(UnaryFunction.Round)
{
    protected override double Compute(double x) => Math.Round(x, MidpointRounding.ToEven);

    protected override Node? Gradient(Node x, Node y, Node g) => null;
}
