/// <summary>Shifts whose number of places is data: outside 0..bits-1 nothing is left but the sign of a right shift.</summary>
internal static unsafe class Shifts
{
    public static byte Left(byte a, byte b) => b < 8 ? (byte)(a << b) : (byte)0;

    public static int Left(int a, int b) => (uint)b < 32 ? a << b : 0;

    public static long Left(long a, long b) => (ulong)b < 64 ? a << (int)b : 0;

    public static byte Right(byte a, byte b) => b < 8 ? (byte)(a >> b) : (byte)0;

    public static int Right(int a, int b) => a >> ((uint)b < 32 ? b : 31);

    public static long Right(long a, long b) => a >> ((ulong)b < 64 ? (int)b : 63);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 Left(I32 a, I32 b)
    {
        if (I32.Count == 16 && Avx512F.IsSupported)
            return Unsafe.BitCast<Vector512<int>, I32>(Avx512F.ShiftLeftLogicalVariable(Unsafe.BitCast<I32, Vector512<int>>(a), Unsafe.BitCast<I32, Vector512<uint>>(b)));
        if (I32.Count == 8 && Avx2.IsSupported)
            return Unsafe.BitCast<Vector256<int>, I32>(Avx2.ShiftLeftLogicalVariable(Unsafe.BitCast<I32, Vector256<int>>(a), Unsafe.BitCast<I32, Vector256<uint>>(b)));
        var lanes = stackalloc int[I32.Count];
        for (var i = 0; i < I32.Count; i++) lanes[i] = Left(a.GetElement(i), b.GetElement(i));
        return Vec.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 Left(I64 a, I64 b)
    {
        if (I64.Count == 8 && Avx512F.IsSupported)
            return Unsafe.BitCast<Vector512<long>, I64>(Avx512F.ShiftLeftLogicalVariable(Unsafe.BitCast<I64, Vector512<long>>(a), Unsafe.BitCast<I64, Vector512<ulong>>(b)));
        if (I64.Count == 4 && Avx2.IsSupported)
            return Unsafe.BitCast<Vector256<long>, I64>(Avx2.ShiftLeftLogicalVariable(Unsafe.BitCast<I64, Vector256<long>>(a), Unsafe.BitCast<I64, Vector256<ulong>>(b)));
        var lanes = stackalloc long[I64.Count];
        for (var i = 0; i < I64.Count; i++) lanes[i] = Left(a.GetElement(i), b.GetElement(i));
        return Vec.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 Right(I32 a, I32 b)
    {
        if (I32.Count == 16 && Avx512F.IsSupported)
            return Unsafe.BitCast<Vector512<int>, I32>(Avx512F.ShiftRightArithmeticVariable(Unsafe.BitCast<I32, Vector512<int>>(a), Unsafe.BitCast<I32, Vector512<uint>>(b)));
        if (I32.Count == 8 && Avx2.IsSupported)
            return Unsafe.BitCast<Vector256<int>, I32>(Avx2.ShiftRightArithmeticVariable(Unsafe.BitCast<I32, Vector256<int>>(a), Unsafe.BitCast<I32, Vector256<uint>>(b)));
        var lanes = stackalloc int[I32.Count];
        for (var i = 0; i < I32.Count; i++) lanes[i] = Right(a.GetElement(i), b.GetElement(i));
        return Vec.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 Right(I64 a, I64 b)
    {
        if (I64.Count == 8 && Avx512F.IsSupported)
            return Unsafe.BitCast<Vector512<long>, I64>(Avx512F.ShiftRightArithmeticVariable(Unsafe.BitCast<I64, Vector512<long>>(a), Unsafe.BitCast<I64, Vector512<ulong>>(b)));
        var lanes = stackalloc long[I64.Count];
        for (var i = 0; i < I64.Count; i++) lanes[i] = Right(a.GetElement(i), b.GetElement(i));
        return Vec.Load(lanes);
    }
}
