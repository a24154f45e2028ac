/// <summary>
/// Floats of 16 bits: in memory as such, in registers as the float32 of the same value. Rounding is to the nearest value, of two
/// the one with an even fraction, by integer arithmetic on the bits, as no vector instruction for it is within reach of C#.
/// </summary>
internal static unsafe class Halves
{
    private const int Magnitude = 0x7FFFFFFF, Infinity = 0x7F800000, QuietNaN = 0x7FC00000;

    /// <summary>Bits of 2^-14, the smallest float16 with 11 significant bits, and of 65536, the first magnitude beyond them.</summary>
    private const int SmallestNormal16 = 113 << 23, Beyond16 = 0x47800000;

    public static float FromFloat16(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    public static ushort ToFloat16(float value) => BitConverter.HalfToUInt16Bits((Half)value);

    public static float RoundFloat16(float value) => (float)(Half)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ToBFloat16(float value) => (ushort)(BitConverter.SingleToUInt32Bits(RoundBFloat16(value)) >> 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float RoundBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        bits = float.IsNaN(value) ? bits | 0x00400000 : bits + 0x7FFF + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000);
    }

    /// <summary>The lanes behind count are zero and their memory is not touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 LoadBFloat16(ushort* source, int count) => (LoadWords(source, count) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBFloat16(F32 value, ushort* target, int count) =>
        StoreWords(RoundBFloat16(value).AsInt32() >>> 16, target, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 RoundBFloat16(F32 value)
    {
        var bits = value.AsInt32();
        var rounded = bits + Vec.Create(0x7FFF) + ((bits >>> 16) & I32.One);
        var isNaN = Vec.GreaterThan(bits & Vec.Create(Magnitude), Vec.Create(Infinity));
        return (Vec.ConditionalSelect(isNaN, bits | Vec.Create(0x00400000), rounded) & Vec.Create(unchecked((int)0xFFFF0000))).AsSingle();
    }

    /// <summary>The lanes behind count are zero and their memory is not touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 LoadFloat16(ushort* source, int count)
    {
        var bits = LoadWords(source, count);
        var magnitude = (bits & Vec.Create(0x7FFF)) << 13;
        var isSpecial = Vec.GreaterThanOrEqual(magnitude, Vec.Create(31 << 23));
        var normal = magnitude + Vec.Create(112 << 23) + (isSpecial & Vec.Create(112 << 23));
        // A subnormal is its fraction times 2^-24: put below the smallest normal as a fraction of that, it adds to it exactly.
        var smallest = Vec.Create(SmallestNormal16);
        var subnormal = (magnitude + smallest).AsSingle() - smallest.AsSingle();
        var isSubnormal = Vec.LessThan(magnitude, Vec.Create(1 << 23));
        return (Vec.ConditionalSelect(isSubnormal, subnormal.AsInt32(), normal) | ((bits & Vec.Create(0x8000)) << 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFloat16(F32 value, ushort* target, int count)
    {
        var bits = value.AsInt32();
        var magnitude = bits & Vec.Create(Magnitude);
        var normal = Vec.Min((RoundFraction(magnitude) >>> 13) - Vec.Create(112 << 10), Vec.Create(0x7C00));
        // Added to ½, a value below the smallest normal is rounded to a multiple of 2^-24, which then stands in the low bits.
        var subnormal = (magnitude.AsSingle() + Vec.Create(0.5f)).AsInt32() - Vec.Create(126 << 23);
        var finite = Vec.ConditionalSelect(Vec.LessThan(magnitude, Vec.Create(SmallestNormal16)), subnormal, normal);
        var nan = Vec.Create(0x7E00) | ((magnitude >>> 13) & Vec.Create(0x3FF));
        var result = Vec.ConditionalSelect(Vec.GreaterThan(magnitude, Vec.Create(Infinity)), nan, finite);
        StoreWords(result | ((bits >>> 16) & Vec.Create(0x8000)), target, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 RoundFloat16(F32 value)
    {
        var bits = value.AsInt32();
        var magnitude = bits & Vec.Create(Magnitude);
        var normal = RoundFraction(magnitude) & Vec.Create(~0x1FFF);
        normal = Vec.ConditionalSelect(Vec.GreaterThanOrEqual(normal, Vec.Create(Beyond16)), Vec.Create(Infinity), normal);
        var subnormal = ((magnitude.AsSingle() + Vec.Create(0.5f)) - Vec.Create(0.5f)).AsInt32();
        var finite = Vec.ConditionalSelect(Vec.LessThan(magnitude, Vec.Create(SmallestNormal16)), subnormal, normal);
        var result = Vec.ConditionalSelect(Vec.GreaterThan(magnitude, Vec.Create(Infinity)), magnitude | Vec.Create(QuietNaN), finite);
        return (result | (bits & ~Vec.Create(Magnitude))).AsSingle();
    }

    /// <summary>Carries into bit 13 where the 13 bits below it round up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I32 RoundFraction(I32 magnitude) => magnitude + Vec.Create(0xFFF) + ((magnitude >>> 13) & I32.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static I32 LoadWords(ushort* source, int count)
    {
        if (I32.Count == 16 && Avx512BW.VL.IsSupported)
        {
            var words = count == 16 ? Vector256.Load(source) : Avx512BW.VL.MaskLoad(source, FirstWords(count), Vector256<ushort>.Zero);
            return Unsafe.BitCast<Vector512<int>, I32>(Avx512F.ConvertToVector512Int32(words));
        }
        if (I32.Count == 8 && count == 8 && Avx2.IsSupported)
            return Unsafe.BitCast<Vector256<int>, I32>(Avx2.ConvertToVector256Int32(Vector128.Load(source)));
        if (I32.Count == 4 && count == 4 && Sse41.IsSupported)
            return Unsafe.BitCast<Vector128<int>, I32>(Sse41.ConvertToVector128Int32(Vector64.Load(source).ToVector128()));
        var lanes = stackalloc int[I32.Count];
        for (var i = 0; i < I32.Count; i++) lanes[i] = i < count ? source[i] : 0;
        return Vec.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreWords(I32 value, ushort* target, int count)
    {
        var words = Vec.Narrow(value.AsUInt32(), value.AsUInt32());
        if (count == I32.Count) words.GetLower().Store(target);
        else if (I32.Count == 16 && Avx512BW.VL.IsSupported)
            Avx512BW.VL.MaskStore(target, FirstWords(count), Unsafe.BitCast<Vector512<int>, Vector512<ushort>>(Unsafe.BitCast<I32, Vector512<int>>(words.AsInt32())).GetLower());
        else
            for (var i = 0; i < count; i++) target[i] = words.GetElement(i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> FirstWords(int count) => Vector256.LessThan(Vector256<ushort>.Indices, Vector256.Create((ushort)count));
}
