using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Exponential, trigonometric and hyperbolic functions, each at most 4 units in the last place from the true value.</content>
public sealed partial class Tensor
{
    /// <summary>1 - erf x, precise where that is near 0.</summary>
    public Tensor Erfc() => new(Float().Erfc());

    /// <summary>e^x - 1, precise where x is near 0.</summary>
    public Tensor Expm1() => new(Float().Expm1());

    /// <summary>log(1 + x), precise where x is near 0.</summary>
    public Tensor Log1p() => new(Float().Log1p());

    /// <summary>2^x.</summary>
    public Tensor Exp2() => new(Nodes.Full(Shape, Floating().DType, 2).Power(Float()));

    /// <summary>Logarithm to the base 2.</summary>
    public Tensor Log2() => new(Float().Log() * (1 / Math.Log(2)));

    /// <summary>Logarithm to the base 10.</summary>
    public Tensor Log10() => new(Float().Log() * (1 / Math.Log(10)));

    /// <summary>Tangent of radians.</summary>
    public Tensor Tan() => new(Float().Tan());

    /// <summary>Arc sine, -π/2..π/2; NaN beyond -1..1.</summary>
    public Tensor Asin() => new(Float().Asin());

    /// <summary>Arc cosine, 0..π; NaN beyond -1..1.</summary>
    public Tensor Acos() => new(Float().Acos());

    /// <summary>Arc tangent, -π/2..π/2.</summary>
    public Tensor Atan() => new(Float().Atan());

    /// <summary>The angle -π..π of the point whose ordinate is this and whose abscissa is <paramref name="other"/>.</summary>
    public Tensor Atan2(Tensor other) => Promoted(Floating(), other, (y, x) => y.Atan2(x));

    /// <summary>Hyperbolic sine.</summary>
    public Tensor Sinh() => new(Float().Sinh());

    /// <summary>Hyperbolic cosine.</summary>
    public Tensor Cosh() => new(Float().Cosh());

    /// <summary>Inverse hyperbolic sine.</summary>
    public Tensor Asinh() => new(Float().Asinh());

    /// <summary>Inverse hyperbolic cosine; NaN below 1.</summary>
    public Tensor Acosh() => new(Float().Acosh());

    /// <summary>Inverse hyperbolic tangent; NaN beyond -1..1.</summary>
    public Tensor Atanh() => (Log1p() - (-this).Log1p()) * 0.5;

    /// <summary>The integer next to x towards 0.</summary>
    public Tensor Trunc() => DType.IsFloat() ? Where(this < 0, Ceil(), Floor()) : this;

    /// <summary>x without its integer part; it has the sign of x.</summary>
    public Tensor Frac() => this - Trunc();

    /// <summary>Remainder with the sign of this, as C's % has it. (<c>%</c> of tensors takes that of the divisor.)</summary>
    public Tensor Fmod(Tensor other)
    {
        // By selections and not Abs, whose derivative at 0 is 0.
        var remainder = Where(this < 0, -this, this) % other.Abs();
        return Where(this < 0, -remainder, remainder);
    }

    /// <summary>√(x² + y²), which overflows only where the result does.</summary>
    public Tensor Hypot(Tensor other)
    {
        var (x, y) = (Floating(), other.To(Promotion.Of(Floating(), other)));
        var largest = x.Abs().Maximum(y.Abs()).Detach();
        var scale = Where(largest.Eq(0) | largest.IsInf(), 1, largest);
        return scale * ((x / scale).Square() + (y / scale).Square()).Sqrt();
    }

    /// <summary>x·log(y), and 0 where x is 0, unless y is NaN.</summary>
    public Tensor Xlogy(Tensor other)
    {
        // The product would be 0·∞ there.
        var isZero = this.Eq(0) & (other <= 0 | other.IsInf());
        return this * Where(isZero, 1, other).Log();
    }

    /// <summary>log(e^x + e^y), which overflows only where the result does.</summary>
    public Tensor LogAddExp(Tensor other)
    {
        var (x, y) = (Floating(), other.To(Promotion.Of(Floating(), other)));
        // Equal infinities have no difference.
        var difference = Where(x.Eq(y) & x.IsInf(), 0, y - x);
        return Where(difference <= 0, x + new Tensor(difference.Node.Softplus()), y + new Tensor((-difference).Node.Softplus()));
    }

    /// <summary>The point at <paramref name="weight"/> on the way from this (0) to <paramref name="end"/> (1), exact at both ends.</summary>
    public Tensor Lerp(Tensor end, Tensor weight) =>
        Where(weight < 0.5, this + weight * (end - this), end - (end - this) * (1 - weight));

    public Tensor IsNaN() => Ne(this);

    /// <summary>Whether x is ∞ or -∞.</summary>
    public Tensor IsInf() => Floating().Abs().Eq(double.PositiveInfinity);

    /// <summary>Whether x is neither NaN nor infinite.</summary>
    public Tensor IsFinite() => Floating().Abs() < double.PositiveInfinity;

    /// <summary>The tensor itself if it is of a float type, else as float32.</summary>
    internal Tensor Floating() => DType.IsFloat() ? this : To(DType.Float32);
}
