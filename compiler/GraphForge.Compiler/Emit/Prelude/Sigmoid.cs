internal static unsafe partial class VectorMath
{
    // 1 / (1 + e^-x), for x < 0 as e^x / (1 + e^x), which is precise down to where the result vanishes. At most 2.5 ulp from the
    // true value for every x.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Sigmoid(F32 x)
    {
        var e = Exp(-Vec.Abs(x));
        return Vec.ConditionalSelect(Vec.LessThan(x, F32.Zero), e, F32.One) / (F32.One + e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Sigmoid(F64 x)
    {
        var e = Exp(-Vec.Abs(x));
        return Vec.ConditionalSelect(Vec.LessThan(x, F64.Zero), e, F64.One) / (F64.One + e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sigmoid(float x) => Sigmoid(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sigmoid(double x) => Sigmoid(Vec.CreateScalar(x)).ToScalar();
}
