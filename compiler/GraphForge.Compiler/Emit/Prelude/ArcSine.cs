internal static unsafe partial class VectorMath
{
    // asin and acos, at most 2.5 ulp from the true value; NaN beyond -1..1.

    /// <summary>
    /// asin s = s + s^3 P(s^2) up to 1/2, with P a minimax polynomial. For t = |x| above 1/2 s is sqrt((1 - t) / 2), and the angle
    /// from the nearer end is 2 asin s; 1 - t is exact there.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 ReducedAsin(F32 x, out F32 far)
    {
        var t = Vec.Abs(x);
        far = Vec.GreaterThan(t, Vec.Create(0.5f));
        var z = Vec.ConditionalSelect(far, Vec.FusedMultiplyAdd(t, Vec.Create(-0.5f), Vec.Create(0.5f)), t * t);
        var s = Vec.ConditionalSelect(far, Vec.Sqrt(z), t);
        var p = Horner(Vec.Create(0.033690847f), z, 0.017149238f);
        p = Horner(p, z, 0.031100662f);
        p = Horner(p, z, 0.044599403f);
        p = Horner(p, z, 0.07500094f);
        p = Horner(p, z, 0.16666666f);
        return Vec.FusedMultiplyAdd(s * z, p, s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Asin(F32 x)
    {
        var s = ReducedAsin(x, out var far);
        var nearEnd = Vec.Create(1.57079637f) - (s + s + Vec.Create(4.37113883e-8f));
        return Vec.CopySign(Vec.ConditionalSelect(far, nearEnd, s), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Acos(F32 x)
    {
        var s = ReducedAsin(x, out var far);
        var negative = Vec.LessThan(x, F32.Zero);
        var twice = s + s;
        var nearEnd = Vec.ConditionalSelect(negative, Vec.Create(3.14159274f) - (twice + Vec.Create(8.74227766e-8f)), twice);
        var middle = Vec.Create(1.57079637f) - (Vec.CopySign(s, x) + Vec.Create(4.37113883e-8f));
        return Vec.ConditionalSelect(far, nearEnd, middle);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Asin(F64 x) => Lanewise(x, &Math.Asin);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Acos(F64 x) => Lanewise(x, &Math.Acos);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Asin(float x) => Asin(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Asin(double x) => Asin(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Acos(float x) => Acos(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Acos(double x) => Acos(Vec.CreateScalar(x)).ToScalar();
}
