internal static unsafe partial class VectorMath
{
    /// <summary>One step of Horner's scheme: sum * x + next, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 Horner(F32 sum, F32 x, float next) => Vec.FusedMultiplyAdd(sum, x, Vec.Create(next));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 Horner(F64 sum, F64 x, double next) => Vec.FusedMultiplyAdd(sum, x, Vec.Create(next));
}
