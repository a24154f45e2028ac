internal static partial class DeviceMath
{
    // e^x = 2^n e^r with r = x - n ln 2, |r| <= ln 2 / 2, by Cody and Waite's reduction: the high part of ln 2 has so few digits that
    // its products are exact, whether or not the device fuses them. At most 1.5 ulp from the true value for every x.

    public static float Exp(float x)
    {
        // Beyond these the result is 0 or infinity anyway; NaN is kept.
        x = x > 89f ? 89f : x < -104f ? -104f : x;
        var n = NearestMultipleOfLn2(x);
        return Scale(1f + SmallExpMinusOne(ReduceByLn2(x, n)), (int)n);
    }

    public static double Exp(double x)
    {
        x = x > 710.0 ? 710.0 : x < -746.0 ? -746.0 : x;
        var n = NearestMultipleOfLn2(x);
        return Scale(1.0 + SmallExpMinusOne(ReduceByLn2(x, n)), (long)n);
    }

    /// <summary>x / ln 2 as a whole number. Adding 1.5 * 2^23 leaves the nearest one.</summary>
    private static float NearestMultipleOfLn2(float x) => (x * 1.44269502f + 12582912f) - 12582912f;

    private static double NearestMultipleOfLn2(double x) => (x * 1.4426950408889634 + 6755399441055744.0) - 6755399441055744.0;

    private static float ReduceByLn2(float x, float n) => (x - n * 0.693145752f) - n * 1.42860677e-6f;

    private static double ReduceByLn2(double x, double n) => (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;

    /// <summary>exp(r) - 1 as r + r^2 P(r) with P a minimax polynomial for |r| &lt;= ln 2 / 2.</summary>
    private static float SmallExpMinusOne(float r)
    {
        var p = 0.00139411225f * r + 0.00836318079f;
        p = p * r + 0.0416663736f;
        p = p * r + 0.166665763f;
        p = p * r + 0.5f;
        return r * r * p + r;
    }

    private static double SmallExpMinusOne(double r)
    {
        var p = 2.5110049895858716e-8 * r + 2.7620090487429893e-7;
        p = p * r + 2.7557242336680357e-6;
        p = p * r + 2.480152129105733e-5;
        p = p * r + 0.00019841269886590999;
        p = p * r + 0.0013888888917217381;
        p = p * r + 0.0083333333333222067;
        p = p * r + 0.041666666666624122;
        p = p * r + 0.16666666666666674;
        p = p * r + 0.50000000000000011;
        return r * r * p + r;
    }

    /// <summary>fraction * 2^exponent. Two factors, so that neither overflows nor a subnormal result is rounded twice.</summary>
    private static float Scale(float fraction, int exponent) => fraction * PowerOfTwo(exponent >> 1) * PowerOfTwo(exponent - (exponent >> 1));

    private static double Scale(double fraction, long exponent) => fraction * PowerOfTwo(exponent >> 1) * PowerOfTwo(exponent - (exponent >> 1));
}
