internal static unsafe partial class VectorMath
{
    // e^x - 1 = 2^k p + (2^k - 1) with p = exp(r) - 1, which never cancels. At most 1.6 ulp from the true value for every x; the
    // sign of zero is kept and expm1(NaN) is NaN.

    // Below -18 the result is -1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Expm1(F32 x)
    {
        var bounded = Vec.MinNative(Vec.Create(89f), Vec.MaxNative(Vec.Create(-18f), x));
        var p = ReducedExpMinusOne(bounded, out I32 exponent);
        // 2^-k, or where that is no normal number one that is lost beside 1 too. Doubling last lets k be 128.
        var inverse = PowerOfTwo(Vec.Max(-exponent, Vec.Create(-126)));
        var fraction = p + (F32.One - inverse);
        var result = fraction * PowerOfTwo(exponent - I32.One) * Vec.Create(2f);
        return Vec.CopySign(result, x);
    }

    // Below -40 the result is -1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Expm1(F64 x)
    {
        var bounded = Vec.MinNative(Vec.Create(710.0), Vec.MaxNative(Vec.Create(-40.0), x));
        var p = ReducedExpMinusOne(bounded, out var exponent);
        // 2^-k, or where that is no normal number one that is lost beside 1 too. Doubling last lets k be 1024.
        var inverse = PowerOfTwo(Vec.Max(-exponent, Vec.Create(-1022L)));
        var fraction = p + (F64.One - inverse);
        var result = fraction * PowerOfTwo(exponent - I64.One) * Vec.Create(2.0);
        return Vec.CopySign(result, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Expm1(float x) => Expm1(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Expm1(double x) => Expm1(Vec.CreateScalar(x)).ToScalar();
}
