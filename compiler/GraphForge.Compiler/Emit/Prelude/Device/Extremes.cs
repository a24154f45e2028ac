internal static partial class DeviceMath
{
    // NaN wins, as it does in Math, and unlike what ILGPU makes of that. It is looked for first: comparisons with a constant on their
    // left come out of ILGPU as true for NaN.

    public static float Minimum(float a, float b) => IsNaN(a) ? a : IsNaN(b) ? b : a < b ? a : b;

    public static double Minimum(double a, double b) => IsNaN(a) ? a : IsNaN(b) ? b : a < b ? a : b;

    public static int Minimum(int a, int b) => a < b ? a : b;

    public static long Minimum(long a, long b) => a < b ? a : b;

    public static byte Minimum(byte a, byte b) => a < b ? a : b;

    public static float Maximum(float a, float b) => IsNaN(a) ? a : IsNaN(b) ? b : a > b ? a : b;

    public static double Maximum(double a, double b) => IsNaN(a) ? a : IsNaN(b) ? b : a > b ? a : b;

    public static int Maximum(int a, int b) => a > b ? a : b;

    public static long Maximum(long a, long b) => a > b ? a : b;

    public static byte Maximum(byte a, byte b) => a > b ? a : b;
}
