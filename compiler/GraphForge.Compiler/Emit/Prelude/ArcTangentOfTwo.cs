internal static unsafe partial class VectorMath
{
    // The angle of the point (x, y) in -pi..pi, at most 3 ulp from the true value, with the special cases of IEEE 754 atan2: zeros
    // and infinities count by their signs.

    /// <summary>atan(|y| / |x|), mirrored to the quadrant of the point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Atan2(F32 y, F32 x)
    {
        var (rise, run) = (Vec.Abs(y), Vec.Abs(x));
        // Two zeros and two infinities have no quotient.
        var diagonal = Vec.ConditionalSelect(Vec.Equals(rise, F32.Zero), F32.Zero, F32.One);
        var angle = Atan(Vec.ConditionalSelect(Vec.Equals(rise, run), diagonal, rise / run));
        var left = Vec.LessThan(x.AsInt32(), I32.Zero).AsSingle(); // -0 too
        var mirrored = Vec.Create(3.14159274f) - (angle + Vec.Create(8.74227766e-8f));
        return Vec.CopySign(Vec.ConditionalSelect(left, mirrored, angle), y);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static F64 Atan2(F64 y, F64 x)
    {
        for (var lane = 0; lane < F64.Count; lane++) x = x.WithElement(lane, Math.Atan2(y.GetElement(lane), x.GetElement(lane)));
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Atan2(float y, float x) => Atan2(Vec.CreateScalar(y), Vec.CreateScalar(x)).ToScalar();

    public static double Atan2(double y, double x) => Math.Atan2(y, x);
}
