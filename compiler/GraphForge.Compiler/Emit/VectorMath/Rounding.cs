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

    /// <summary>To the nearest integer, halves to the even one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Round(F32 x) => Vec.Round(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Round(F64 x) => Vec.Round(x);

    public static float Round(float x) => MathF.Round(x);

    public static double Round(double x) => Math.Round(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Floor(F32 x) => Vec.Floor(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Floor(F64 x) => Vec.Floor(x);

    public static float Floor(float x) => MathF.Floor(x);

    public static double Floor(double x) => Math.Floor(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Ceiling(F32 x) => Vec.Ceiling(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Ceiling(F64 x) => Vec.Ceiling(x);

    public static float Ceiling(float x) => MathF.Ceiling(x);

    public static double Ceiling(double x) => Math.Ceiling(x);
}
