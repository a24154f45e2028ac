internal static partial class DeviceMath
{
    // x^y with the special cases of IEEE 754 pow: anything to the 0 and 1 to anything is 1, (-1)^(+-infinity) is 1, a finite negative
    // number to a power that is no integer is NaN.

    /// <summary>exp(y log|x|) in float64, so at most 1 ulp from the true value, then the sign.</summary>
    public static float Power(float x, float y) => (float)Power((double)x, (double)y);

    /// <summary>exp(y log|x|), whose relative error grows with |y log x|: 1e-13 where the result is 1e300.</summary>
    public static double Power(double x, double y)
    {
        var magnitude = Math.Abs(x);
        var isOne = x == 1.0 || y == 0.0 || magnitude == 1.0 && Math.Abs(y) == double.PositiveInfinity;
        var power = Exp(y * Log(magnitude));
        var isWhole = Math.Floor(y) == y;
        var isOdd = isWhole && Math.Floor(y * 0.5) != y * 0.5;
        var isNegative = BitConverter.DoubleToInt64Bits(x) < 0L;
        power = isNegative && isOdd ? -power : power;
        power = x < 0.0 && x > double.NegativeInfinity && !isWhole ? double.NaN : power;
        return isOne ? 1.0 : power;
    }
}
