internal static partial class DeviceMath
{
    // e^x - 1 = 2^n p + (2^n - 1) with p = exp(r) - 1, which never cancels. At most 2 ulp from the true value for every x; the sign
    // of zero is kept.

    public static float Expm1(float x)
    {
        // Below -18 the result is -1.
        var bounded = x > 89f ? 89f : x < -18f ? -18f : x;
        var n = NearestMultipleOfLn2(bounded);
        var (p, exponent) = (SmallExpMinusOne(ReduceByLn2(bounded, n)), (int)n);
        // 2^-n, or where that is no normal number one that is lost beside 1 too. Doubling last lets n be 128.
        var fraction = p + (1f - PowerOfTwo(exponent > 126 ? -126 : -exponent));
        return CopySign(fraction * PowerOfTwo(exponent - 1) * 2f, x);
    }

    public static double Expm1(double x)
    {
        // Below -40 the result is -1.
        var bounded = x > 710.0 ? 710.0 : x < -40.0 ? -40.0 : x;
        var n = NearestMultipleOfLn2(bounded);
        var (p, exponent) = (SmallExpMinusOne(ReduceByLn2(bounded, n)), (long)n);
        var fraction = p + (1.0 - PowerOfTwo(exponent > 1022 ? -1022L : -exponent));
        return CopySign(fraction * PowerOfTwo(exponent - 1) * 2.0, x);
    }
}
