internal static unsafe partial class VectorMath
{
    // asinh and acosh, at most 4 ulp from the true value for every x. asinh keeps the sign of zero; acosh is NaN below 1.

    /// <summary>log(1 + t + t^2 / (1 + sqrt(1 + t^2))) for t = |x|, or log 2t where the square could overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Asinh(F32 x)
    {
        var t = Vec.Abs(x);
        var large = Vec.GreaterThan(t, Vec.Create(1e9f));
        var square = t * t;
        var excess = t + square / (F32.One + Vec.Sqrt(F32.One + square));
        var log = Log1p(Vec.ConditionalSelect(large, t, excess));
        return Vec.CopySign(Vec.ConditionalSelect(large, log + Vec.Create(0.693147182f), log), x);
    }

    /// <summary>log(1 + t + sqrt(t) sqrt(t + 2)) for t = x - 1, or log 2x for large x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Acosh(F32 x)
    {
        var t = x - F32.One;
        var large = Vec.GreaterThan(x, Vec.Create(1e9f));
        var excess = t + Vec.Sqrt(t) * Vec.Sqrt(t + Vec.Create(2f));
        var log = Log1p(Vec.ConditionalSelect(large, t, excess));
        return Vec.ConditionalSelect(large, log + Vec.Create(0.693147182f), log);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Asinh(F64 x) => Lanewise(x, &Math.Asinh);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Acosh(F64 x) => Lanewise(x, &Math.Acosh);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Asinh(float x) => Asinh(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Asinh(double x) => Asinh(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Acosh(float x) => Acosh(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Acosh(double x) => Acosh(Vec.CreateScalar(x)).ToScalar();
}
