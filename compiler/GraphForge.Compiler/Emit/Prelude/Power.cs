internal static unsafe partial class VectorMath
{
    // x^y with the special cases of IEEE 754 pow: anything to the 0 and 1 to anything is 1, (-1)^(+-infinity) is 1, a finite
    // negative number to a power that is no integer is NaN.

    /// <summary>exp(y log|x|) in float64, so at most 1 ulp from the true value, then the sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Power(F32 x, F32 y)
    {
        var magnitude = Vec.Abs(x);
        var power = Vec.Narrow(
            Exp(Vec.WidenLower(y) * Log(Vec.WidenLower(magnitude))),
            Exp(Vec.WidenUpper(y) * Log(Vec.WidenUpper(magnitude))));
        var half = y * Vec.Create(0.5f);
        var integer = Vec.Equals(Vec.Floor(y), y);
        var odd = integer & ~Vec.Equals(Vec.Floor(half), half);
        var signBit = Vec.LessThan(x.AsInt32(), I32.Zero).AsSingle(); // set for -0 too
        power = Vec.ConditionalSelect(signBit & odd, -power, power);
        var finiteNegative = Vec.LessThan(x, F32.Zero) & Vec.GreaterThan(x, Vec.Create(float.NegativeInfinity));
        power = Vec.ConditionalSelect(finiteNegative & ~integer, Vec.Create(float.NaN), power);
        var one = Vec.Equals(magnitude, F32.One) & Vec.Equals(Vec.Abs(y), Vec.Create(float.PositiveInfinity));
        return Vec.ConditionalSelect(one | Vec.Equals(x, F32.One) | Vec.Equals(y, F32.Zero), F32.One, power);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Power(float x, float y) => Power(Vec.CreateScalar(x), Vec.CreateScalar(y)).ToScalar();

    /// <summary>Lane by lane: as exp(y log x) it would need a logarithm of twice the precision, and nothing hot needs it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static F64 Power(F64 x, F64 y)
    {
        for (var lane = 0; lane < F64.Count; lane++) x = x.WithElement(lane, Math.Pow(x.GetElement(lane), y.GetElement(lane)));
        return x;
    }

    public static double Power(double x, double y) => Math.Pow(x, y);
}
