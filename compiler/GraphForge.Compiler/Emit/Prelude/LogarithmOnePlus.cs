internal static unsafe partial class VectorMath
{
    // log(1 + x) as log(u) + c / u with u = 1 + x rounded and c what the rounding lost. At most 2.5 ulp from the true value for
    // every x > -1; -infinity at -1, NaN below. The sign of zero is kept.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Log1p(F32 x)
    {
        var u = F32.One + x;
        var lost = x - (u - F32.One);
        var log = Log(u);
        // At -1 and at infinity nothing is lost, and the quotient is no number.
        var result = Vec.ConditionalSelect(Vec.LessThan(Vec.Abs(log), Vec.Create(float.PositiveInfinity)), log + lost / u, log);
        return Vec.ConditionalSelect(Vec.Equals(u, F32.One), x, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Log1p(F64 x)
    {
        var u = F64.One + x;
        var lost = x - (u - F64.One);
        var log = Log(u);
        // At -1 and at infinity nothing is lost, and the quotient is no number.
        var result = Vec.ConditionalSelect(Vec.LessThan(Vec.Abs(log), Vec.Create(double.PositiveInfinity)), log + lost / u, log);
        return Vec.ConditionalSelect(Vec.Equals(u, F64.One), x, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log1p(float x) => Log1p(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log1p(double x) => Log1p(Vec.CreateScalar(x)).ToScalar();
}
