internal static unsafe partial class VectorMath
{
    // sinh and cosh, at most 2.5 ulp from the true value for every x. sinh keeps the sign of zero.

    /// <summary>e^|x| / 2, which does not overflow before sinh and cosh do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 HalfExp(F32 p, I32 exponent) => (p + F32.One) * PowerOfTwo(exponent - Vec.Create(2)) * Vec.Create(2f);

    /// <summary>(E + E / (E + 1)) / 2 with E = e^|x| - 1, which does not cancel; beyond 2^20 that is e^|x| / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Sinh(F32 x)
    {
        var p = ReducedExpMinusOne(Vec.MinNative(Vec.Create(90f), Vec.Abs(x)), out I32 exponent);
        var scale = PowerOfTwo(Vec.Min(exponent, Vec.Create(30)));
        var expMinusOne = Vec.FusedMultiplyAdd(scale, p, scale - F32.One);
        var near = (expMinusOne + expMinusOne / (expMinusOne + F32.One)) * Vec.Create(0.5f);
        var large = Vec.GreaterThan(exponent, Vec.Create(20)).AsSingle();
        return Vec.CopySign(Vec.ConditionalSelect(large, HalfExp(p, exponent), near), x);
    }

    /// <summary>h + 1 / (4 h) with h = e^|x| / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Cosh(F32 x)
    {
        var p = ReducedExpMinusOne(Vec.MinNative(Vec.Create(90f), Vec.Abs(x)), out I32 exponent);
        var half = HalfExp(p, exponent);
        return half + Vec.Create(0.25f) / half;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Sinh(F64 x) => Lanewise(x, &Math.Sinh);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Cosh(F64 x) => Lanewise(x, &Math.Cosh);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sinh(float x) => Sinh(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sinh(double x) => Sinh(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Cosh(float x) => Cosh(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Cosh(double x) => Cosh(Vec.CreateScalar(x)).ToScalar();
}
