internal static unsafe partial class VectorMath
{
    // sin x / cos x, at most 3.5 ulp from the true value for every x. Infinities give NaN.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Tan(F32 x)
    {
        var tangent = QuarterWave(x, 0) / QuarterWave(x, 1);
        var limit = Vec.Create(1e5f);
        return Vec.GreaterThanAny(Vec.Abs(x), limit)
            ? Vec.ConditionalSelect(Vec.GreaterThan(Vec.Abs(x), limit), Lanewise(x, &Math.Tan), tangent)
            : tangent;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Tan(F64 x) => Lanewise(x, &Math.Tan);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tan(float x) => Tan(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Tan(double x) => Tan(Vec.CreateScalar(x)).ToScalar();
}
