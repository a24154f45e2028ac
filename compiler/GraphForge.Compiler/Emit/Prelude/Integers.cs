/// <summary>Integer arithmetic with PyTorch's meaning and without exceptions.</summary>
internal static class Integers
{
    /// <summary>Truncating division; 0 where the divisor is 0.</summary>
    public static int Divide(int a, int b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b;

    public static long Divide(long a, long b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b;

    /// <summary>Remainder with the sign of the divisor; 0 where the divisor is 0.</summary>
    public static int Remainder(int a, int b) => b is 0 or -1 ? 0 : a % b is var r && r != 0 && (r ^ b) < 0 ? r + b : r;

    public static long Remainder(long a, long b) => b is 0 or -1 ? 0 : a % b is var r && r != 0 && (r ^ b) < 0 ? r + b : r;

    public static int Absolute(int a) => a < 0 ? unchecked(-a) : a;

    public static long Absolute(long a) => a < 0 ? unchecked(-a) : a;

    /// <summary>Integer power by squaring, wrapping; a negative exponent gives 1 or -1 for those bases and else 0.</summary>
    public static int Power(int a, int b) => unchecked((int)Power((long)a, b));

    public static long Power(long a, long b)
    {
        if (b < 0) return a == 1 ? 1 : a == -1 ? (b & 1) == 0 ? 1 : -1 : 0;
        long result = 1;
        for (; b > 0; b >>= 1, a = unchecked(a * a))
            if ((b & 1) != 0) result = unchecked(result * a);
        return result;
    }

    /// <summary>An index read from data, forced into 0..extent-1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Clamp(long index, long extent) => index < 0 ? 0 : index >= extent ? extent - 1 : index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FloorDivide(long a, long b) => a >= 0 ? a / b : -((-a + b - 1) / b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Modulo(long a, long b) => a - FloorDivide(a, b) * b;
}

/// <summary>Floating-point functions with PyTorch's meaning.</summary>
internal static class Floats
{
    /// <summary>Remainder with the sign of the divisor.</summary>
    public static float Remainder(float a, float b) => a % b is var r && r != 0 && (r < 0) != (b < 0) ? r + b : r;

    public static double Remainder(double a, double b) => a % b is var r && r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
