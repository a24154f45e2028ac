internal static partial class DeviceMath
{
    /// <summary>The nearest whole number, of two the even one; the sign of zero is kept.</summary>
    public static float Round(float x)
    {
        // From 2^23 on every float is whole; below it, adding that leaves no place for a fraction.
        var t = Math.Abs(x);
        return t < 8388608f ? CopySign((t + 8388608f) - 8388608f, x) : x;
    }

    public static double Round(double x)
    {
        var t = Math.Abs(x);
        return t < 4503599627370496.0 ? CopySign((t + 4503599627370496.0) - 4503599627370496.0, x) : x;
    }

    /// <summary>-1, 0 or 1; zero keeps its sign and NaN stays NaN.</summary>
    public static float Sign(float x) => x > 0f ? 1f : x < 0f ? -1f : x;

    public static double Sign(double x) => x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x;
}
