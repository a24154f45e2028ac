internal static unsafe partial class VectorMath
{
    // exponent + log(1 + f) / ln 2, at most 1.6 ulp from the true value for every x > 0, and exact at powers of 2, where f is 0.
    // Special values are those of the natural logarithm.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Log2(F32 x)
    {
        var f = SplitExponent(x, out var exponent);
        var log = LogOfMantissa(f, F32.Zero);
        var low = Vec.FusedMultiplyAdd(log, Vec.Create(1.92596303e-8f), exponent);
        return LogSpecialCases(x, Vec.FusedMultiplyAdd(log, Vec.Create(1.44269502f), low));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Log2(F64 x)
    {
        var f = SplitExponent(x, out var exponent);
        var log = LogOfMantissa(f, F64.Zero);
        var low = Vec.FusedMultiplyAdd(log, Vec.Create(2.0355273740931033e-17), exponent);
        return LogSpecialCases(x, Vec.FusedMultiplyAdd(log, Vec.Create(1.4426950408889634), low));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log2(float x) => Log2(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log2(double x) => Log2(Vec.CreateScalar(x)).ToScalar();
}
