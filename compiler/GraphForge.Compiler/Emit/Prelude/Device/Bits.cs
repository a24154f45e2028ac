internal static partial class DeviceMath
{
    /// <summary>The magnitude of one number with the sign of another.</summary>
    public static float CopySign(float magnitude, float sign) => BitConverter.Int32BitsToSingle(
        (BitConverter.SingleToInt32Bits(magnitude) & 0x7FFFFFFF) | (BitConverter.SingleToInt32Bits(sign) & int.MinValue));

    public static double CopySign(double magnitude, double sign) => BitConverter.Int64BitsToDouble(
        (BitConverter.DoubleToInt64Bits(magnitude) & 0x7FFFFFFFFFFFFFFF) | (BitConverter.DoubleToInt64Bits(sign) & long.MinValue));

    /// <summary>By the bits, which no translation can take for something else.</summary>
    public static bool IsNaN(float x) => (BitConverter.SingleToInt32Bits(x) & 0x7FFFFFFF) > 0x7F800000;

    public static bool IsNaN(double x) => (BitConverter.DoubleToInt64Bits(x) & 0x7FFFFFFFFFFFFFFF) > 0x7FF0000000000000;

    /// <summary>2^exponent, for results in the normal range.</summary>
    public static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + 127) << 23);

    public static double PowerOfTwo(long exponent) => BitConverter.Int64BitsToDouble((exponent + 1023) << 52);
}
