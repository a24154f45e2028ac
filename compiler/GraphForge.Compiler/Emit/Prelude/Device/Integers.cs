/// <summary>Integer arithmetic with PyTorch's meaning and without exceptions.</summary>
internal static class Integers
{
    /// <summary>Truncating division; 0 where the divisor is 0.</summary>
    public static int Divide(int a, int b) => b == 0 ? 0 : b == -1 ? -a : a / b;

    public static long Divide(long a, long b) => b == 0L ? 0L : b == -1L ? -a : a / b;

    /// <summary>Remainder with the sign of the divisor; 0 where the divisor is 0.</summary>
    public static int Remainder(int a, int b)
    {
        if (b == 0 || b == -1) return 0;
        var r = a % b;
        return r != 0 && (r ^ b) < 0 ? r + b : r;
    }

    public static long Remainder(long a, long b)
    {
        if (b == 0L || b == -1L) return 0L;
        var r = a % b;
        return r != 0L && (r ^ b) < 0L ? r + b : r;
    }

    public static int Absolute(int a) => a < 0 ? -a : a;

    public static long Absolute(long a) => a < 0L ? -a : a;

    public static byte Sign(byte a) => a == 0 ? (byte)0 : (byte)1;

    public static int Sign(int a) => a > 0 ? 1 : a < 0 ? -1 : 0;

    public static long Sign(long a) => a > 0L ? 1L : a < 0L ? -1L : 0L;

    /// <summary>Integer power by squaring, wrapping; a negative exponent gives 1 or -1 for those bases and else 0.</summary>
    public static int Power(int a, int b) => (int)Power((long)a, (long)b);

    public static long Power(long a, long b)
    {
        if (b < 0L) return a == 1L ? 1L : a == -1L ? (b & 1L) == 0L ? 1L : -1L : 0L;
        var result = 1L;
        while (b > 0L)
        {
            if ((b & 1L) != 0L) result *= a;
            a *= a;
            b >>= 1;
        }
        return result;
    }

    /// <summary>An index read from data, forced into 0..extent-1.</summary>
    public static long Clamp(long index, long extent) => index < 0L ? 0L : index >= extent ? extent - 1L : index;

    public static int FloorDivide(int a, int b) => a >= 0 ? a / b : -((-a + b - 1) / b);

    public static long FloorDivide(long a, long b) => a >= 0L ? a / b : -((-a + b - 1L) / b);

    public static int Modulo(int a, int b) => a - FloorDivide(a, b) * b;

    public static long Modulo(long a, long b) => a - FloorDivide(a, b) * b;
}
