internal static unsafe partial class VectorMath
{
    // Natural logarithm, at most 1.5 ulp from the true value for every x > 0, subnormals included. log(0) is -infinity, the
    // log of a negative number and of NaN is NaN.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Log(F32 x)
    {
        var f = SplitExponent(x, out var exponent);
        return LogSpecialCases(x, Vec.FusedMultiplyAdd(exponent, Vec.Create(0.693147182f), LogOfMantissa(f, exponent)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Log(F64 x)
    {
        var f = SplitExponent(x, out var exponent);
        return LogSpecialCases(x, Vec.FusedMultiplyAdd(exponent, Vec.Create(0.69314718055994529), LogOfMantissa(f, exponent)));
    }

    /// <summary>
    /// log(1 + f) as f - f^2/2 + f^3 P(f) with P a minimax polynomial, and what exponent * ln 2 lacks when ln 2 is rounded.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 LogOfMantissa(F32 f, F32 exponent)
    {
        var p = Horner(Vec.Create(0.0733250007f), f, -0.116599143f);
        p = Horner(p, f, 0.11634668f);
        p = Horner(p, f, -0.123967037f);
        p = Horner(p, f, 0.142511562f);
        p = Horner(p, f, -0.166691512f);
        p = Horner(p, f, 0.200006887f);
        p = Horner(p, f, -0.249999806f);
        p = Horner(p, f, 0.333333313f);
        var tail = f * f * Horner(p, f, -0.5f);
        return f + Vec.FusedMultiplyAdd(exponent, Vec.Create(-1.90465421e-9f), tail);
    }

    /// <summary>
    /// log(1 + f) with s = f / (2 + f) as 2 atanh(s) = 2s + s z Q(z), z = s^2, and what exponent * ln 2 lacks when ln 2 is
    /// rounded. As 2s = f - s f, the leading f is kept exact.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 LogOfMantissa(F64 f, F64 exponent)
    {
        var s = f / (f + Vec.Create(2.0));
        var z = s * s;
        var q = Horner(Vec.Create(0.14617872803129472), z, 0.15331596980240869);
        q = Horner(q, z, 0.18182893216800716);
        q = Horner(q, z, 0.22222211072894535);
        q = Horner(q, z, 0.28571428626398654);
        q = Horner(q, z, 0.39999999999898445);
        q = Horner(q, z, 0.66666666666666696);
        var halfSquare = f * f * Vec.Create(0.5);
        var tail = Vec.FusedMultiplyAdd(s, Vec.FusedMultiplyAdd(z, q, halfSquare), exponent * Vec.Create(2.3190468138462996e-17));
        return f - (halfSquare - tail);
    }

    /// <summary>x = 2^exponent * (1 + f) with 1 + f in [sqrt 1/2, sqrt 2), for positive finite x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 SplitExponent(F32 x, out F32 exponent)
    {
        var subnormal = Vec.LessThan(x, Vec.Create(1.17549435e-38f));
        var scaled = Vec.ConditionalSelect(subnormal, x * Vec.Create(8388608f), x);
        var offset = Vec.Create(0x3F3504F3); // the bits of sqrt 1/2
        var bits = scaled.AsInt32() - offset;
        exponent = Vec.ConvertToSingle(bits >> 23) - Vec.ConditionalSelect(subnormal, Vec.Create(23f), F32.Zero);
        return ((bits & Vec.Create(0x007FFFFF)) + offset).AsSingle() - F32.One;
    }

    /// <summary>x = 2^exponent * (1 + f) with 1 + f in [sqrt 1/2, sqrt 2), for positive finite x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 SplitExponent(F64 x, out F64 exponent)
    {
        var subnormal = Vec.LessThan(x, Vec.Create(2.2250738585072014e-308));
        var scaled = Vec.ConditionalSelect(subnormal, x * Vec.Create(4503599627370496.0), x);
        var offset = Vec.Create(0x3FE6A09E667F3BCDL); // the bits of sqrt 1/2
        var bits = scaled.AsInt64() - offset;
        exponent = Vec.ConvertToDouble(bits >> 52) - Vec.ConditionalSelect(subnormal, Vec.Create(52.0), F64.Zero);
        return ((bits & Vec.Create(0x000FFFFFFFFFFFFFL)) + offset).AsDouble() - F64.One;
    }

    /// <summary>The values of the logarithm where its argument has no usual one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 LogSpecialCases(F32 x, F32 log)
    {
        log = Vec.ConditionalSelect(Vec.LessThan(x, Vec.Create(float.PositiveInfinity)), log, x);
        log = Vec.ConditionalSelect(Vec.LessThan(x, F32.Zero), Vec.Create(float.NaN), log);
        return Vec.ConditionalSelect(Vec.Equals(x, F32.Zero), Vec.Create(float.NegativeInfinity), log);
    }

    /// <summary>The values of the logarithm where its argument has no usual one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 LogSpecialCases(F64 x, F64 log)
    {
        log = Vec.ConditionalSelect(Vec.LessThan(x, Vec.Create(double.PositiveInfinity)), log, x);
        log = Vec.ConditionalSelect(Vec.LessThan(x, F64.Zero), Vec.Create(double.NaN), log);
        return Vec.ConditionalSelect(Vec.Equals(x, F64.Zero), Vec.Create(double.NegativeInfinity), log);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float x) => Log(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log(double x) => Log(Vec.CreateScalar(x)).ToScalar();
}
