internal static unsafe partial class VectorMath
{
    // At most 2 ulp from the true value for every x. The sign of zero is kept; NaN stays NaN.

    /// <summary>
    /// atan t for t = |x| as pi/2 + atan(-1/t) from tan 3pi/8 on, pi/4 + atan((t - 1) / (t + 1)) from tan pi/8 on; what is left
    /// is r + r^3 P(r^2) with P a minimax polynomial.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Atan(F32 x)
    {
        var t = Vec.Abs(x);
        var large = Vec.GreaterThan(t, Vec.Create(2.41421366f));
        var medium = Vec.GreaterThan(t, Vec.Create(0.414213568f));
        var numerator = Vec.ConditionalSelect(large, Vec.Create(-1f), Vec.ConditionalSelect(medium, t - F32.One, t));
        var denominator = Vec.ConditionalSelect(large, t, Vec.ConditionalSelect(medium, t + F32.One, F32.One));
        var r = numerator / denominator;
        var z = r * r;
        var p = Horner(Vec.Create(-0.06451928f), z, 0.10743731f);
        p = Horner(p, z, -0.14263956f);
        p = Horner(p, z, 0.1999954f);
        p = Horner(p, z, -0.3333333f);
        var angle = Vec.ConditionalSelect(large, Vec.Create(1.57079637f), Vec.ConditionalSelect(medium, Vec.Create(0.785398185f), F32.Zero));
        var lost = angle * Vec.Create(-2.78275e-8f); // pi/2 and pi/4 are this share smaller than their float32
        return Vec.CopySign(angle + (Vec.FusedMultiplyAdd(r * z, p, r) + lost), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Atan(F64 x) => Lanewise(x, &Math.Atan);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Atan(float x) => Atan(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Atan(double x) => Atan(Vec.CreateScalar(x)).ToScalar();
}
