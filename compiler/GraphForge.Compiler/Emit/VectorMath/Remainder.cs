// Floating-point remainder with PyTorch's meaning.
internal static unsafe partial class VectorMath
{
    /// <summary>Remainder with the sign of the divisor.</summary>
    public static float Remainder(float a, float b) => a % b is var r && r != 0 && (r < 0) != (b < 0) ? r + b : r;

    public static double Remainder(double a, double b) => a % b is var r && r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
