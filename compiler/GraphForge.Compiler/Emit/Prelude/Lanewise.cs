internal static unsafe partial class VectorMath
{
    // A float64 function applied lane by lane, where a vectorised one would need more precision than it has.

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static F32 Lanewise(F32 x, delegate*<double, double> function)
    {
        for (var lane = 0; lane < F32.Count; lane++) x = x.WithElement(lane, (float)function(x.GetElement(lane)));
        return x;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static F64 Lanewise(F64 x, delegate*<double, double> function)
    {
        for (var lane = 0; lane < F64.Count; lane++) x = x.WithElement(lane, function(x.GetElement(lane)));
        return x;
    }
}
