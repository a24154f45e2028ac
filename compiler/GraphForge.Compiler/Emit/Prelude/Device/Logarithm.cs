internal static partial class DeviceMath
{
    // Natural logarithm, at most 2 ulp from the true value for every x > 0, subnormals included. log(0) is -infinity, the log of a
    // negative number and of NaN is NaN.

    public static float Log(float x)
    {
        var n = ExponentOf(x);
        return LogSpecialCases(x, n * 0.693147182f + LogOfMantissa(MantissaOf(x, n), n));
    }

    public static double Log(double x)
    {
        var n = ExponentOf(x);
        return LogSpecialCases(x, n * 0.69314718055994529 + LogOfMantissa(MantissaOf(x, n), n));
    }

    /// <summary>exponent + log(1 + f) / ln 2, exact at powers of 2, where f is 0.</summary>
    public static float Log2(float x)
    {
        var n = ExponentOf(x);
        var log = LogOfMantissa(MantissaOf(x, n), 0f);
        return LogSpecialCases(x, log * 1.44269502f + (log * 1.92596303e-8f + n));
    }

    public static double Log2(double x)
    {
        var n = ExponentOf(x);
        var log = LogOfMantissa(MantissaOf(x, n), 0.0);
        return LogSpecialCases(x, log * 1.4426950408889634 + (log * 2.0355273740931033e-17 + n));
    }

    /// <summary>log(1 + x) as log(u) + c / u with u = 1 + x rounded and c what the rounding lost; the sign of zero is kept.</summary>
    public static float Log1p(float x)
    {
        var u = 1f + x;
        var log = Log(u);
        // At -1 and at infinity nothing is lost, and the quotient is no number.
        return u == 1f ? x : Math.Abs(log) < float.PositiveInfinity ? log + (x - (u - 1f)) / u : log;
    }

    public static double Log1p(double x)
    {
        var u = 1.0 + x;
        var log = Log(u);
        return u == 1.0 ? x : Math.Abs(log) < double.PositiveInfinity ? log + (x - (u - 1.0)) / u : log;
    }

    /// <summary>log(1 + f) as f - f^2/2 + f^3 P(f) with P a minimax polynomial, and what n * ln 2 lacks when ln 2 is rounded.</summary>
    private static float LogOfMantissa(float f, float n)
    {
        var p = 0.0733250007f * f - 0.116599143f;
        p = p * f + 0.11634668f;
        p = p * f - 0.123967037f;
        p = p * f + 0.142511562f;
        p = p * f - 0.166691512f;
        p = p * f + 0.200006887f;
        p = p * f - 0.249999806f;
        p = p * f + 0.333333313f;
        return f + (f * f * (p * f - 0.5f) - n * 1.90465421e-9f);
    }

    /// <summary>log(1 + f) with s = f / (2 + f) as 2s + s z Q(z), z = s^2; as 2s = f - s f, the leading f is kept exact.</summary>
    private static double LogOfMantissa(double f, double n)
    {
        var s = f / (f + 2.0);
        var z = s * s;
        var q = 0.14617872803129472 * z + 0.15331596980240869;
        q = q * z + 0.18182893216800716;
        q = q * z + 0.22222211072894535;
        q = q * z + 0.28571428626398654;
        q = q * z + 0.39999999999898445;
        q = q * z + 0.66666666666666696;
        var halfSquare = f * f * 0.5;
        return f - (halfSquare - (s * (z * q + halfSquare) + n * 2.3190468138462996e-17));
    }

    /// <summary>n of x = 2^n (1 + f) with 1 + f in [sqrt 1/2, sqrt 2), for positive finite x.</summary>
    private static float ExponentOf(float x)
    {
        var isSubnormal = x < 1.17549435e-38f;
        var bits = BitConverter.SingleToInt32Bits(isSubnormal ? x * 8388608f : x) - 0x3F3504F3;
        return (bits >> 23) - (isSubnormal ? 23 : 0);
    }

    private static double ExponentOf(double x)
    {
        var isSubnormal = x < 2.2250738585072014e-308;
        var bits = BitConverter.DoubleToInt64Bits(isSubnormal ? x * 4503599627370496.0 : x) - 0x3FE6A09E667F3BCDL;
        return (bits >> 52) - (isSubnormal ? 52 : 0);
    }

    /// <summary>f of the same; scaling by a power of 2 is exact.</summary>
    private static float MantissaOf(float x, float n) => Scale(x, -(int)n) - 1f;

    private static double MantissaOf(double x, double n) => Scale(x, -(long)n) - 1.0;

    /// <summary>The values of the logarithm where its argument has no usual one.</summary>
    private static float LogSpecialCases(float x, float log) =>
        x == 0f ? float.NegativeInfinity : x < 0f ? float.NaN : x < float.PositiveInfinity ? log : x;

    private static double LogSpecialCases(double x, double log) =>
        x == 0.0 ? double.NegativeInfinity : x < 0.0 ? double.NaN : x < double.PositiveInfinity ? log : x;
}
