internal static unsafe partial class VectorMath
{
    /// <summary>For each lane the entry of a table whose number the lowest four bits of the index are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 TableEntry(I32 index, Vector512<float> table)
    {
        if (F32.Count == 16 && Avx512F.IsSupported)
            return Unsafe.BitCast<Vector512<float>, F32>(Avx512F.PermuteVar16x32(table, Unsafe.BitCast<I32, Vector512<int>>(index)));
        if (F32.Count == 8 && Avx2.IsSupported)
        {
            var lanes = Unsafe.BitCast<I32, Vector256<int>>(index);
            var (lower, upper) = (Avx2.PermuteVar8x32(table.GetLower(), lanes), Avx2.PermuteVar8x32(table.GetUpper(), lanes));
            // The sign of what chooses between them is the fourth bit.
            return Unsafe.BitCast<Vector256<float>, F32>(Avx.BlendVariable(lower, upper, (lanes << 28).AsSingle()));
        }
        var entries = F32.Zero;
        for (var lane = 0; lane < F32.Count; lane++) entries = entries.WithElement(lane, table.GetElement(index.GetElement(lane) & 15));
        return entries;
    }
}
