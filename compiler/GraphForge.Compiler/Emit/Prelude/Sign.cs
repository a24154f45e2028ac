internal static unsafe partial class VectorMath
{
    /// <summary>-1, 0 or 1; zero keeps its sign and NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Sign(F32 x) =>
        Vec.ConditionalSelect(Vec.Equals(x, F32.Zero) | ~Vec.Equals(x, x), x, Vec.CopySign(F32.One, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Sign(F64 x) =>
        Vec.ConditionalSelect(Vec.Equals(x, F64.Zero) | ~Vec.Equals(x, x), x, Vec.CopySign(F64.One, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sign(float x) => Sign(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sign(double x) => Sign(Vec.CreateScalar(x)).ToScalar();
}
