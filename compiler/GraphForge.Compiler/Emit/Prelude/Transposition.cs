/// <summary>Blocks of matrices.</summary>
internal static unsafe class Tiles
{
    /// <summary>
    /// target[c * targetStride + r] = source[r * sourceStride + c] for r &lt; rows and c &lt; columns, both at most a vector. Zeros
    /// follow in the target's vectors where rows end.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, long sourceStride, float* target, long targetStride, int rows, int columns)
    {
        if (F32.Count == 16 && Avx512F.IsSupported && rows == 16 && columns == 16)
        {
            TransposeSquare(source, sourceStride, target, targetStride);
            return;
        }
        for (var first = 0; first < columns; first += 4, source += 4, target += 4 * targetStride)
        {
            var count = Math.Min(4, columns - first);
            // Every 128 bits of a vector hold four columns of a row; four such rows are turned over at once.
            var a = EveryFourthRow(source, sourceStride, rows, count);
            var b = EveryFourthRow(source + sourceStride, sourceStride, rows - 1, count);
            var c = EveryFourthRow(source + 2 * sourceStride, sourceStride, rows - 2, count);
            var d = EveryFourthRow(source + 3 * sourceStride, sourceStride, rows - 3, count);
            var (ab, cd) = (InterleaveLow(a, b), InterleaveLow(c, d));
            Vec.Store(InterleaveLow(ab.AsDouble(), cd.AsDouble()).AsSingle(), target);
            if (count > 1) Vec.Store(InterleaveHigh(ab.AsDouble(), cd.AsDouble()).AsSingle(), target + targetStride);
            (ab, cd) = (InterleaveHigh(a, b), InterleaveHigh(c, d));
            if (count > 2) Vec.Store(InterleaveLow(ab.AsDouble(), cd.AsDouble()).AsSingle(), target + 2 * targetStride);
            if (count > 3) Vec.Store(InterleaveHigh(ab.AsDouble(), cd.AsDouble()).AsSingle(), target + 3 * targetStride);
        }
    }

    /// <summary>16 by 16 in registers, so that rows which share a cache set are read once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeSquare(float* source, long sourceStride, float* target, long targetStride)
    {
        var (a0, a1, a2, a3) = FourRows(source, sourceStride);
        var (b0, b1, b2, b3) = FourRows(source + 4 * sourceStride, sourceStride);
        var (c0, c1, c2, c3) = FourRows(source + 8 * sourceStride, sourceStride);
        var (d0, d1, d2, d3) = FourRows(source + 12 * sourceStride, sourceStride);
        StoreEveryFourth(a0, b0, c0, d0, target, targetStride);
        StoreEveryFourth(a1, b1, c1, d1, target + targetStride, targetStride);
        StoreEveryFourth(a2, b2, c2, d2, target + 2 * targetStride, targetStride);
        StoreEveryFourth(a3, b3, c3, d3, target + 3 * targetStride, targetStride);
    }

    /// <summary>Result i holds columns i, 4 + i, 8 + i and 12 + i of four rows, 128 bits each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) FourRows(float* source, long stride)
    {
        var (a, b) = (Vector512.Load(source), Vector512.Load(source + stride));
        var (c, d) = (Vector512.Load(source + 2 * stride), Vector512.Load(source + 3 * stride));
        var (abLow, cdLow) = (Avx512F.UnpackLow(a, b).AsDouble(), Avx512F.UnpackLow(c, d).AsDouble());
        var (abHigh, cdHigh) = (Avx512F.UnpackHigh(a, b).AsDouble(), Avx512F.UnpackHigh(c, d).AsDouble());
        return (Avx512F.UnpackLow(abLow, cdLow).AsSingle(), Avx512F.UnpackHigh(abLow, cdLow).AsSingle(),
            Avx512F.UnpackLow(abHigh, cdHigh).AsSingle(), Avx512F.UnpackHigh(abHigh, cdHigh).AsSingle());
    }

    /// <summary>Puts the 128-bit parts of four groups of rows together: columns 0, 4, 8 and 12 from the one that starts at the target.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEveryFourth(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* target, long stride)
    {
        const byte even = 0b10_00_10_00, odd = 0b11_01_11_01;
        var (abEven, cdEven) = (Avx512F.Shuffle4x128(a, b, even), Avx512F.Shuffle4x128(c, d, even));
        var (abOdd, cdOdd) = (Avx512F.Shuffle4x128(a, b, odd), Avx512F.Shuffle4x128(c, d, odd));
        Vector512.Store(Avx512F.Shuffle4x128(abEven, cdEven, even), target);
        Vector512.Store(Avx512F.Shuffle4x128(abOdd, cdOdd, even), target + 4 * stride);
        Vector512.Store(Avx512F.Shuffle4x128(abEven, cdEven, odd), target + 8 * stride);
        Vector512.Store(Avx512F.Shuffle4x128(abOdd, cdOdd, odd), target + 12 * stride);
    }

    public static void Transpose(int* source, long sourceStride, int* target, long targetStride, int rows, int columns) =>
        Transpose((float*)source, sourceStride, (float*)target, targetStride, rows, columns);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(double* source, long sourceStride, double* target, long targetStride, int rows, int columns)
    {
        for (var first = 0; first < columns; first += 2, source += 2, target += 2 * targetStride)
        {
            var count = Math.Min(2, columns - first);
            var a = EverySecondRow(source, sourceStride, rows, count);
            var b = EverySecondRow(source + sourceStride, sourceStride, rows - 1, count);
            Vec.Store(InterleaveLow(a, b), target);
            if (count > 1) Vec.Store(InterleaveHigh(a, b), target + targetStride);
        }
    }

    public static void Transpose(long* source, long sourceStride, long* target, long targetStride, int rows, int columns) =>
        Transpose((double*)source, sourceStride, (double*)target, targetStride, rows, columns);

    /// <summary>Four columns of rows 0, 4, 8, … of those there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 EveryFourthRow(float* source, long stride, int rows, int columns)
    {
        var first = Columns(source, rows > 0, columns);
        if (F32.Count == 4) return Unsafe.BitCast<Vector128<float>, F32>(first);
        var half = Vector256.Create(first, Columns(source + 4 * stride, rows > 4, columns));
        if (F32.Count == 8) return Unsafe.BitCast<Vector256<float>, F32>(half);
        var high = Vector256.Create(Columns(source + 8 * stride, rows > 8, columns), Columns(source + 12 * stride, rows > 12, columns));
        return Unsafe.BitCast<Vector512<float>, F32>(Vector512.Create(half, high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 EverySecondRow(double* source, long stride, int rows, int columns)
    {
        var first = Columns(source, rows > 0, columns);
        if (F64.Count == 2) return Unsafe.BitCast<Vector128<double>, F64>(first);
        var half = Vector256.Create(first, Columns(source + 2 * stride, rows > 2, columns));
        if (F64.Count == 4) return Unsafe.BitCast<Vector256<double>, F64>(half);
        var high = Vector256.Create(Columns(source + 4 * stride, rows > 4, columns), Columns(source + 6 * stride, rows > 6, columns));
        return Unsafe.BitCast<Vector512<double>, F64>(Vector512.Create(half, high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Columns(float* row, bool exists, int count)
    {
        if (!exists) return Vector128<float>.Zero;
        if (count == 4) return Vector128.Load(row);
        return Vector128.Create(row[0], count > 1 ? row[1] : 0f, count > 2 ? row[2] : 0f, 0f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Columns(double* row, bool exists, int count)
    {
        if (!exists) return Vector128<double>.Zero;
        return count == 2 ? Vector128.Load(row) : Vector128.Create(row[0], 0.0);
    }

    // Within each 128 bits: the lower, or the upper, elements of both in turn.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 InterleaveLow(F32 a, F32 b)
    {
        if (F32.Count == 16) return Unsafe.BitCast<Vector512<float>, F32>(Avx512F.UnpackLow(Unsafe.BitCast<F32, Vector512<float>>(a), Unsafe.BitCast<F32, Vector512<float>>(b)));
        if (F32.Count == 8) return Unsafe.BitCast<Vector256<float>, F32>(Avx.UnpackLow(Unsafe.BitCast<F32, Vector256<float>>(a), Unsafe.BitCast<F32, Vector256<float>>(b)));
        return Unsafe.BitCast<Vector128<float>, F32>(Vector128.Create(a.GetElement(0), b.GetElement(0), a.GetElement(1), b.GetElement(1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 InterleaveHigh(F32 a, F32 b)
    {
        if (F32.Count == 16) return Unsafe.BitCast<Vector512<float>, F32>(Avx512F.UnpackHigh(Unsafe.BitCast<F32, Vector512<float>>(a), Unsafe.BitCast<F32, Vector512<float>>(b)));
        if (F32.Count == 8) return Unsafe.BitCast<Vector256<float>, F32>(Avx.UnpackHigh(Unsafe.BitCast<F32, Vector256<float>>(a), Unsafe.BitCast<F32, Vector256<float>>(b)));
        return Unsafe.BitCast<Vector128<float>, F32>(Vector128.Create(a.GetElement(2), b.GetElement(2), a.GetElement(3), b.GetElement(3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 InterleaveLow(F64 a, F64 b)
    {
        if (F64.Count == 8) return Unsafe.BitCast<Vector512<double>, F64>(Avx512F.UnpackLow(Unsafe.BitCast<F64, Vector512<double>>(a), Unsafe.BitCast<F64, Vector512<double>>(b)));
        if (F64.Count == 4) return Unsafe.BitCast<Vector256<double>, F64>(Avx.UnpackLow(Unsafe.BitCast<F64, Vector256<double>>(a), Unsafe.BitCast<F64, Vector256<double>>(b)));
        return Unsafe.BitCast<Vector128<double>, F64>(Vector128.Create(a.GetElement(0), b.GetElement(0)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 InterleaveHigh(F64 a, F64 b)
    {
        if (F64.Count == 8) return Unsafe.BitCast<Vector512<double>, F64>(Avx512F.UnpackHigh(Unsafe.BitCast<F64, Vector512<double>>(a), Unsafe.BitCast<F64, Vector512<double>>(b)));
        if (F64.Count == 4) return Unsafe.BitCast<Vector256<double>, F64>(Avx.UnpackHigh(Unsafe.BitCast<F64, Vector256<double>>(a), Unsafe.BitCast<F64, Vector256<double>>(b)));
        return Unsafe.BitCast<Vector128<double>, F64>(Vector128.Create(a.GetElement(1), b.GetElement(1)));
    }
}
