internal static partial class DeviceMath
{
    /// <summary>The magnitude of one number with the sign of another.</summary>
    public static float CopySign(float magnitude, float sign) => BitConverter.Int32BitsToSingle(
        (BitConverter.SingleToInt32Bits(magnitude) & 0x7FFFFFFF) | (BitConverter.SingleToInt32Bits(sign) & int.MinValue));

    public static double CopySign(double magnitude, double sign) => BitConverter.Int64BitsToDouble(
        (BitConverter.DoubleToInt64Bits(magnitude) & 0x7FFFFFFFFFFFFFFF) | (BitConverter.DoubleToInt64Bits(sign) & long.MinValue));

    /// <summary>2^exponent, for results in the normal range.</summary>
    public static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + 127) << 23);

    public static double PowerOfTwo(long exponent) => BitConverter.Int64BitsToDouble((exponent + 1023) << 52);
}
