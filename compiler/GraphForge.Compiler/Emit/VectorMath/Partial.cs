internal static unsafe partial class VectorMath
{
    // The first count lanes of a vector, 0 <= count <= lanes, for the tail of a row. Memory beyond them is not touched: lanes
    // that are not loaded read as 0. Where the machine has masked moves they are used, else the lanes go through the stack.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 LoadPartial(float* p, int count) => MaskedLoad(p, LaneMask(count), count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 LoadPartial(int* p, int count) => LoadPartial((float*)p, count).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 LoadPartial(double* p, int count) => LoadPartial((float*)p, 2 * count).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 LoadPartial(long* p, int count) => LoadPartial((float*)p, 2 * count).AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(float* p, F32 v, int count) => MaskedStore(p, LaneMask(count), v, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(int* p, I32 v, int count) => StorePartial((float*)p, v.AsSingle(), count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(double* p, F64 v, int count) => StorePartial((float*)p, v.AsSingle(), 2 * count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(long* p, I64 v, int count) => StorePartial((float*)p, v.AsSingle(), 2 * count);

    /// <summary>All ones in the lanes below count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 LaneMask(int count) => Vec.LessThan(I32.Indices, Vec.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> MaskedLoad(float* p, Vector512<float> mask, int count)
    {
        if (Avx512F.IsSupported) return Avx512F.MaskLoad(p, mask, Vector512<float>.Zero);
        var lanes = Vector512<float>.Zero;
        CopyLanes(p, (float*)&lanes, count);
        return lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> MaskedLoad(float* p, Vector256<float> mask, int count)
    {
        if (Avx.IsSupported) return Avx.MaskLoad(p, mask);
        var lanes = Vector256<float>.Zero;
        CopyLanes(p, (float*)&lanes, count);
        return lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> MaskedLoad(float* p, Vector128<float> mask, int count)
    {
        if (Avx.IsSupported) return Avx.MaskLoad(p, mask);
        var lanes = Vector128<float>.Zero;
        CopyLanes(p, (float*)&lanes, count);
        return lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MaskedStore(float* p, Vector512<float> mask, Vector512<float> v, int count)
    {
        if (Avx512F.IsSupported) Avx512F.MaskStore(p, mask, v);
        else CopyLanes((float*)&v, p, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MaskedStore(float* p, Vector256<float> mask, Vector256<float> v, int count)
    {
        if (Avx.IsSupported) Avx.MaskStore(p, mask, v);
        else CopyLanes((float*)&v, p, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MaskedStore(float* p, Vector128<float> mask, Vector128<float> v, int count)
    {
        if (Avx.IsSupported) Avx.MaskStore(p, mask, v);
        else CopyLanes((float*)&v, p, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopyLanes(float* from, float* to, int count)
    {
        for (var lane = 0; lane < count; lane++) to[lane] = from[lane];
    }
}
