// Bytes and booleans in memory, integers and masks in registers.
internal static unsafe partial class VectorMath
{
    /// <summary>All bits set in the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 FirstLanes32(int count) => Vec.LessThan(I32.Indices, Vec.Create(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 FirstLanes64(int count) => Vec.LessThan(I64.Indices, Vec.Create((long)count));

    /// <summary>Unsigned bytes as integers; lanes behind count are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 LoadBytes32(byte* source, int count)
    {
        if (count == 16 && I32.Count == 16 && Avx512F.IsSupported)
            return Unsafe.BitCast<Vector512<int>, I32>(Avx512F.ConvertToVector512Int32(Vector128.Load(source)));
        var lanes = stackalloc int[I32.Count];
        for (var i = 0; i < I32.Count; i++) lanes[i] = i < count ? source[i] : 0;
        return Vec.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 LoadBytes64(byte* source, int count)
    {
        var lanes = stackalloc long[I64.Count];
        for (var i = 0; i < I64.Count; i++) lanes[i] = i < count ? source[i] : 0;
        return Vec.Load(lanes);
    }

    /// <summary>Booleans, a byte each, as masks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 LoadMask32(byte* source, int count) => ~Vec.Equals(LoadBytes32(source, count), I32.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 LoadMask64(byte* source, int count) => ~Vec.Equals(LoadBytes64(source, count), I64.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(I32 value, byte* target, int count)
    {
        if (count == 16 && I32.Count == 16 && Avx512F.IsSupported)
        {
            Vector128.Store(Avx512F.ConvertToVector128Byte(Unsafe.BitCast<I32, Vector512<int>>(value)), target);
            return;
        }
        for (var i = 0; i < count; i++) target[i] = (byte)value.GetElement(i);
    }

    public static void StoreBytes(I64 value, byte* target, int count)
    {
        for (var i = 0; i < count; i++) target[i] = (byte)value.GetElement(i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreMask(I32 value, byte* target, int count) => StoreBytes(value & I32.One, target, count);

    public static void StoreMask(I64 value, byte* target, int count) => StoreBytes(value & I64.One, target, count);
}
