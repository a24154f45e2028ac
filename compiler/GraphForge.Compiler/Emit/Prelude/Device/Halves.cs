/// <summary>Floats of 16 bits: in memory as such, in registers as the float32 of the same value, rounded to the nearest, of two the even one.</summary>
internal static class Halves
{
    public static float FromBFloat16(ushort bits) => BitConverter.Int32BitsToSingle(bits << 16);

    public static ushort ToBFloat16(float value) => (ushort)(BitConverter.SingleToInt32Bits(RoundBFloat16(value)) >> 16);

    public static float RoundBFloat16(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        bits = value != value ? bits | 0x00400000 : bits + 0x7FFF + ((bits >> 16) & 1);
        return BitConverter.Int32BitsToSingle(bits & ~0xFFFF);
    }

    public static float FromFloat16(ushort bits)
    {
        var magnitude = (bits & 0x7FFF) << 13;
        // A subnormal is its fraction times 2^-24: put below the smallest normal, 2^-14, as a fraction of that, it adds to it exactly.
        var subnormal = BitConverter.Int32BitsToSingle(magnitude + (113 << 23)) - BitConverter.Int32BitsToSingle(113 << 23);
        var normal = magnitude + (112 << 23) + (magnitude >= 31 << 23 ? 112 << 23 : 0);
        var value = magnitude < 1 << 23 ? BitConverter.SingleToInt32Bits(subnormal) : normal;
        return BitConverter.Int32BitsToSingle(value | ((bits & 0x8000) << 16));
    }

    public static ushort ToFloat16(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        var magnitude = bits & 0x7FFFFFFF;
        var normal = (RoundFraction(magnitude) >> 13) - (112 << 10);
        normal = normal > 0x7C00 ? 0x7C00 : normal;
        // Added to 1/2, a value below the smallest normal is rounded to a multiple of 2^-24, which then stands in the low bits.
        var subnormal = BitConverter.SingleToInt32Bits(BitConverter.Int32BitsToSingle(magnitude) + 0.5f) - (126 << 23);
        var result = magnitude > 0x7F800000 ? 0x7E00 | ((magnitude >> 13) & 0x3FF) : magnitude < 113 << 23 ? subnormal : normal;
        return (ushort)(result | ((bits >> 16) & 0x8000));
    }

    public static float RoundFloat16(float value) => FromFloat16(ToFloat16(value));

    /// <summary>Carries into bit 13 where the 13 bits below it round up.</summary>
    private static int RoundFraction(int magnitude) => magnitude + 0xFFF + ((magnitude >> 13) & 1);
}
