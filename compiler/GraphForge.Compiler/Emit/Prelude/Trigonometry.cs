internal static unsafe partial class VectorMath
{
    // Sine and cosine, at most 2 ulp from the true value for every x. Lanes beyond the limit up to which the argument reduction
    // is good take the scalar function one by one. Infinities give NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Sin(F32 x)
    {
        var sine = QuarterWave(x, 0);
        var limit = Vec.Create(1e5f);
        return Vec.GreaterThanAny(Vec.Abs(x), limit)
            ? Vec.ConditionalSelect(Vec.GreaterThan(Vec.Abs(x), limit), Lanewise(x, &Math.Sin), sine)
            : sine;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Cos(F32 x)
    {
        var cosine = QuarterWave(x, 1);
        var limit = Vec.Create(1e5f);
        return Vec.GreaterThanAny(Vec.Abs(x), limit)
            ? Vec.ConditionalSelect(Vec.GreaterThan(Vec.Abs(x), limit), Lanewise(x, &Math.Cos), cosine)
            : cosine;
    }

    /// <summary>
    /// sin(x + quarter pi/2) for moderate x: x = n pi/2 + r, with pi/2 in three parts of which the first leaves an exact
    /// difference, then minimax polynomials for sin r and cos r on |r| &lt;= pi/4.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 QuarterWave(F32 x, int quarter)
    {
        // Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the significand.
        var magic = Vec.Create(12582912f);
        var shifted = Vec.FusedMultiplyAdd(x, Vec.Create(0.636619747f), magic);
        var n = shifted - magic;
        var r = Vec.FusedMultiplyAdd(n, Vec.Create(-1.57079637f), x);
        r = Vec.FusedMultiplyAdd(n, Vec.Create(4.37113883e-8f), r);
        r = Vec.FusedMultiplyAdd(n, Vec.Create(1.71512451e-15f), r);
        var z = r * r;
        var sine = Horner(Vec.Create(-0.000195877568f), z, 0.00833274797f);
        sine = Horner(sine, z, -0.166666642f);
        sine = Vec.FusedMultiplyAdd(r * z, sine, r);
        var cosine = Horner(Vec.Create(2.45477877e-5f), z, -0.00138883025f);
        cosine = Horner(cosine, z, 0.0416666642f);
        cosine = Vec.FusedMultiplyAdd(z * z, cosine, Horner(z, Vec.Create(-0.5f), 1f));
        var quadrant = shifted.AsInt32() + Vec.Create(quarter);
        var odd = Vec.Equals(quadrant & I32.One, I32.One).AsSingle();
        var sign = ((quadrant & Vec.Create(2)) << 30).AsSingle();
        return Vec.ConditionalSelect(odd, cosine, sine) ^ sign;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Sin(F64 x)
    {
        var sine = QuarterWave(x, 0);
        var limit = Vec.Create(1e6);
        return Vec.GreaterThanAny(Vec.Abs(x), limit)
            ? Vec.ConditionalSelect(Vec.GreaterThan(Vec.Abs(x), limit), Lanewise(x, &Math.Sin), sine)
            : sine;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Cos(F64 x)
    {
        var cosine = QuarterWave(x, 1);
        var limit = Vec.Create(1e6);
        return Vec.GreaterThanAny(Vec.Abs(x), limit)
            ? Vec.ConditionalSelect(Vec.GreaterThan(Vec.Abs(x), limit), Lanewise(x, &Math.Cos), cosine)
            : cosine;
    }

    /// <summary>
    /// sin(x + quarter pi/2) for moderate x: x = n pi/2 + r, with pi/2 in three parts of which the first leaves an exact
    /// difference, then minimax polynomials for sin r and cos r on |r| &lt;= pi/4.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 QuarterWave(F64 x, long quarter)
    {
        // Adding 1.5 * 2^52 leaves the nearest integer in the low bits of the significand.
        var magic = Vec.Create(6755399441055744.0);
        var shifted = Vec.FusedMultiplyAdd(x, Vec.Create(0.63661977236758138), magic);
        var n = shifted - magic;
        var r = Vec.FusedMultiplyAdd(n, Vec.Create(-1.5707963267948966), x);
        r = Vec.FusedMultiplyAdd(n, Vec.Create(-6.123233995736766e-17), r);
        r = Vec.FusedMultiplyAdd(n, Vec.Create(1.4973849048591698e-33), r);
        var z = r * r;
        var sine = Horner(Vec.Create(1.5918002281873061e-10), z, -2.5051130101805494e-8);
        sine = Horner(sine, z, 2.7557316094307971e-6);
        sine = Horner(sine, z, -0.0001984126983674298);
        sine = Horner(sine, z, 0.0083333333333309393);
        sine = Horner(sine, z, -0.16666666666666666);
        sine = Vec.FusedMultiplyAdd(r * z, sine, r);
        var cosine = Horner(Vec.Create(-1.138255204095506e-11), z, 2.0876145163581403e-9);
        cosine = Horner(cosine, z, -2.7557317266494944e-7);
        cosine = Horner(cosine, z, 2.4801587298755762e-5);
        cosine = Horner(cosine, z, -0.0013888888888887391);
        cosine = Horner(cosine, z, 0.041666666666666664);
        cosine = Vec.FusedMultiplyAdd(z * z, cosine, Horner(z, Vec.Create(-0.5), 1.0));
        var quadrant = shifted.AsInt64() + Vec.Create(quarter);
        var odd = Vec.Equals(quadrant & I64.One, I64.One).AsDouble();
        var sign = ((quadrant & Vec.Create(2L)) << 62).AsDouble();
        return Vec.ConditionalSelect(odd, cosine, sine) ^ sign;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sin(float x) => Sin(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sin(double x) => Sin(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Cos(float x) => Cos(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Cos(double x) => Cos(Vec.CreateScalar(x)).ToScalar();
}
