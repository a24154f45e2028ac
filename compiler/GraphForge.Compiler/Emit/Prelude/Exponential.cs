internal static unsafe partial class VectorMath
{
    // e^x = 2^(n/16) e^r with r = x - n ln 2 / 16, |r| <= ln 2 / 32, by Cody and Waite's reduction with a two-part ln 2: 2^(n/16) is one of
    // sixteen numbers times a power of 2, e^r = 1 + r + r^2 P(r) with P a minimax polynomial. At most 1 ulp from the true value for
    // every x, subnormal results included; exp(NaN) is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Exp(F32 x)
    {
        // Beyond these the result is 0 or infinity anyway; NaN is the second operand, which wins.
        x = Vec.MinNative(Vec.Create(89f), Vec.MaxNative(Vec.Create(-104f), x));
        // Adding 1.5 * 2^19 leaves the nearest multiple of 1/16, and n in the low bits of the significand.
        var shifted = Vec.FusedMultiplyAdd(x, Vec.Create(1.44269502f), Vec.Create(786432f));
        var exponent = shifted - Vec.Create(786432f);
        var r = Vec.FusedMultiplyAdd(exponent, Vec.Create(-0.693147182f), x);
        r = Vec.FusedMultiplyAdd(exponent, Vec.Create(1.90465421e-9f), r);
        var root = TableEntry(shifted.AsInt32(), Vector512.Create(
            1f, 1.04427373f, 1.09050775f, 1.13878858f, 1.18920708f, 1.24185777f, 1.29683959f, 1.35425556f,
            1.41421354f, 1.47682619f, 1.54221082f, 1.61049032f, 1.68179286f, 1.75625217f, 1.8340081f, 1.91520655f));
        var p = Horner(Vec.Create(0.166670457f), r, 0.500016212f);
        p = Horner(p, r, 1f);
        return Scale(Vec.FusedMultiplyAdd(root * r, p, root), exponent, shifted);
    }

    /// <summary>fraction * 2^floor(exponent), rounded once; shifted is the exponent plus 1.5 * 2^19.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 Scale(F32 fraction, F32 exponent, F32 shifted)
    {
        if (F32.Count == 16 && Avx512F.IsSupported)
            return Unsafe.BitCast<Vector512<float>, F32>(Avx512F.Scale(Unsafe.BitCast<F32, Vector512<float>>(fraction), Unsafe.BitCast<F32, Vector512<float>>(exponent)));
        // Two factors, so that neither overflows nor a subnormal result is rounded twice.
        var whole = (shifted.AsInt32() >> 4) - (Vec.Create(786432f).AsInt32() >> 4);
        var half = whole >> 1;
        return fraction * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    /// <summary>
    /// exp(r) - 1 with x = exponent * ln 2 + r, |r| &lt;= ln 2 / 2: Cody and Waite's reduction with a two-part ln 2.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 ReducedExpMinusOne(F32 x, out F32 exponent)
    {
        exponent = NearestMultipleOfLn2(x);
        var r = Vec.FusedMultiplyAdd(exponent, Vec.Create(-0.693147182f), x);
        return SmallExpMinusOne(Vec.FusedMultiplyAdd(exponent, Vec.Create(1.90465421e-9f), r));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 ReducedExpMinusOne(F32 x, out I32 exponent)
    {
        var p = ReducedExpMinusOne(x, out F32 whole);
        exponent = Vec.ConvertToInt32Native(whole);
        return p;
    }

    /// <summary>x / ln 2 as a whole number. Adding 1.5 * 2^23 leaves the nearest one in the low bits of the significand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 NearestMultipleOfLn2(F32 x) =>
        Vec.FusedMultiplyAdd(x, Vec.Create(1.44269502f), Vec.Create(12582912f)) - Vec.Create(12582912f);

    /// <summary>exp(r) - 1 as r + r^2 P(r) with P a minimax polynomial for |r| &lt;= ln 2 / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 SmallExpMinusOne(F32 r)
    {
        var p = Horner(Vec.Create(0.00139411225f), r, 0.00836318079f);
        p = Horner(p, r, 0.0416663736f);
        p = Horner(p, r, 0.166665763f);
        p = Horner(p, r, 0.5f);
        return Vec.FusedMultiplyAdd(r * r, p, r);
    }

    /// <summary>2^exponent, for results in the normal range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 PowerOfTwo(I32 exponent) => ((exponent + Vec.Create(127)) << 23).AsSingle();

    /// <summary>2^exponent for a whole number: adding 2^23 leaves it, and the bias, in the low bits of the significand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 PowerOfTwo(F32 exponent) => ((exponent + Vec.Create(8388735f)).AsInt32() << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Exp(F64 x)
    {
        // Beyond these the result is 0 or infinity anyway; NaN is the second operand, which wins.
        x = Vec.MinNative(Vec.Create(710.0), Vec.MaxNative(Vec.Create(-746.0), x));
        var fraction = ReducedExpMinusOne(x, out var exponent) + F64.One;
        // Two factors, so that neither overflows nor a subnormal result is rounded twice.
        var half = exponent >> 1;
        return fraction * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <summary>
    /// exp(r) - 1 with x = exponent * ln 2 + r, |r| &lt;= ln 2 / 2: Cody and Waite's reduction with a two-part ln 2, and
    /// r + r^2 P(r) with P a minimax polynomial.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 ReducedExpMinusOne(F64 x, out I64 exponent)
    {
        // Adding 1.5 * 2^52 leaves the nearest integer in the low bits of the significand.
        var magic = Vec.Create(6755399441055744.0);
        var shifted = Vec.FusedMultiplyAdd(x, Vec.Create(1.4426950408889634), magic);
        exponent = shifted.AsInt64() - magic.AsInt64();
        var n = shifted - magic;
        var r = Vec.FusedMultiplyAdd(n, Vec.Create(-0.69314718055994529), x);
        r = Vec.FusedMultiplyAdd(n, Vec.Create(-2.3190468138462996e-17), r);
        var p = Horner(Vec.Create(2.5110049895858716e-8), r, 2.7620090487429893e-7);
        p = Horner(p, r, 2.7557242336680357e-6);
        p = Horner(p, r, 2.480152129105733e-5);
        p = Horner(p, r, 0.00019841269886590999);
        p = Horner(p, r, 0.0013888888917217381);
        p = Horner(p, r, 0.0083333333333222067);
        p = Horner(p, r, 0.041666666666624122);
        p = Horner(p, r, 0.16666666666666674);
        p = Horner(p, r, 0.50000000000000011);
        return Vec.FusedMultiplyAdd(r * r, p, r);
    }

    /// <summary>2^exponent, for results in the normal range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 PowerOfTwo(I64 exponent) => ((exponent + Vec.Create(1023L)) << 52).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x) => Exp(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exp(double x) => Exp(Vec.CreateScalar(x)).ToScalar();
}
