/// <summary>Memory access of vectors with fewer active lanes than the register has, and of one-byte types.</summary>
internal static unsafe class Lanes
{
    /// <summary>All bits set in the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 First32(int count) => Vec.LessThan(I32.Indices, Vec.Create(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 First64(int count) => Vec.LessThan(I64.Indices, Vec.Create((long)count));

    /// <summary>Loads count elements; the lanes behind them are zero and their memory is not touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 LoadPartial(int* source, int count)
    {
        if (I32.Count == 16 && Avx512F.IsSupported)
            return Unsafe.BitCast<Vector512<int>, I32>(Avx512F.MaskLoad(source, Unsafe.BitCast<I32, Vector512<int>>(First32(count)), Vector512<int>.Zero));
        if (I32.Count == 8 && Avx2.IsSupported)
            return Unsafe.BitCast<Vector256<int>, I32>(Avx2.MaskLoad(source, Unsafe.BitCast<I32, Vector256<int>>(First32(count))));
        var lanes = stackalloc int[I32.Count];
        for (var i = 0; i < I32.Count; i++) lanes[i] = i < count ? source[i] : 0;
        return Vec.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 LoadPartial(long* source, int count)
    {
        if (I64.Count == 8 && Avx512F.IsSupported)
            return Unsafe.BitCast<Vector512<long>, I64>(Avx512F.MaskLoad(source, Unsafe.BitCast<I64, Vector512<long>>(First64(count)), Vector512<long>.Zero));
        if (I64.Count == 4 && Avx2.IsSupported)
            return Unsafe.BitCast<Vector256<long>, I64>(Avx2.MaskLoad(source, Unsafe.BitCast<I64, Vector256<long>>(First64(count))));
        var lanes = stackalloc long[I64.Count];
        for (var i = 0; i < I64.Count; i++) lanes[i] = i < count ? source[i] : 0;
        return Vec.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 LoadPartial(float* source, int count) => LoadPartial((int*)source, count).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 LoadPartial(double* source, int count) => LoadPartial((long*)source, count).AsDouble();

    /// <summary>Stores the first count lanes and touches no other memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(I32 value, int* target, int count)
    {
        if (I32.Count == 16 && Avx512F.IsSupported)
            Avx512F.MaskStore(target, Unsafe.BitCast<I32, Vector512<int>>(First32(count)), Unsafe.BitCast<I32, Vector512<int>>(value));
        else if (I32.Count == 8 && Avx2.IsSupported)
            Avx2.MaskStore(target, Unsafe.BitCast<I32, Vector256<int>>(First32(count)), Unsafe.BitCast<I32, Vector256<int>>(value));
        else
            for (var i = 0; i < count; i++) target[i] = value.GetElement(i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(I64 value, long* target, int count)
    {
        if (I64.Count == 8 && Avx512F.IsSupported)
            Avx512F.MaskStore(target, Unsafe.BitCast<I64, Vector512<long>>(First64(count)), Unsafe.BitCast<I64, Vector512<long>>(value));
        else if (I64.Count == 4 && Avx2.IsSupported)
            Avx2.MaskStore(target, Unsafe.BitCast<I64, Vector256<long>>(First64(count)), Unsafe.BitCast<I64, Vector256<long>>(value));
        else
            for (var i = 0; i < count; i++) target[i] = value.GetElement(i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(F32 value, float* target, int count) => StorePartial(value.AsInt32(), (int*)target, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(F64 value, double* target, int count) => StorePartial(value.AsInt64(), (long*)target, count);

    /// <summary>
    /// The same in parts of halving widths, for counts below the register's that are few powers of 2. Loads within the width of a masked store wait for its end
    /// even where it writes nothing, as those of the next row do where results take the place of operands.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(I32 value, int* target, int count)
    {
        if (I32.Count == 16) StoreFirst(Unsafe.BitCast<I32, Vector512<int>>(value), target, count);
        else if (I32.Count == 8) StoreFirst(Unsafe.BitCast<I32, Vector256<int>>(value), target, count);
        else StoreFirst(Unsafe.BitCast<I32, Vector128<int>>(value), target, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(I64 value, long* target, int count) => StoreNarrow(value.AsInt32(), (int*)target, 2 * count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(F32 value, float* target, int count) => StoreNarrow(value.AsInt32(), (int*)target, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(F64 value, double* target, int count) => StoreNarrow(value.AsInt64(), (long*)target, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFirst(Vector512<int> value, int* target, int count)
    {
        if ((count & 8) != 0) Vector256.Store(value.GetLower(), target);
        StoreFirst((count & 8) != 0 ? value.GetUpper() : value.GetLower(), target + (count & 8), count & 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFirst(Vector256<int> value, int* target, int count)
    {
        if ((count & 4) != 0) Vector128.Store(value.GetLower(), target);
        StoreFirst((count & 4) != 0 ? value.GetUpper() : value.GetLower(), target + (count & 4), count & 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFirst(Vector128<int> value, int* target, int count)
    {
        if ((count & 2) != 0) *(long*)target = value.AsInt64().ToScalar();
        if ((count & 1) != 0) target[count & 2] = (count & 2) != 0 ? value.GetElement(2) : value.ToScalar();
    }

    /// <summary>Asks for a cache line; the address need not be valid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> FirstBytes(int count) => Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)count));

    /// <summary>Unsigned bytes as integers; lanes behind count are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 LoadBytes32(byte* source, int count)
    {
        if (I32.Count == 16 && Avx512BW.VL.IsSupported)
        {
            var bytes = count == 16 ? Vector128.Load(source) : Avx512BW.VL.MaskLoad(source, FirstBytes(count), Vector128<byte>.Zero);
            return Unsafe.BitCast<Vector512<int>, I32>(Avx512F.ConvertToVector512Int32(bytes));
        }
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
        if (I32.Count == 16 && Avx512BW.VL.IsSupported)
        {
            var bytes = Avx512F.ConvertToVector128Byte(Unsafe.BitCast<I32, Vector512<int>>(value));
            if (count == 16) Vector128.Store(bytes, target);
            else Avx512BW.VL.MaskStore(target, FirstBytes(count), bytes);
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
