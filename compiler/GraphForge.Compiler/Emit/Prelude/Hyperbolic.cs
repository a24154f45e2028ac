internal static unsafe partial class VectorMath
{
    // tanh|x| = e / (e + 2) with e = exp(2|x|) - 1, which never cancels: e = 2^k p + (2^k - 1), p = exp(r) - 1. At most 3 ulp
    // from the true value; exact at 0 and from where the result rounds to 1. Keeps the sign of zero; tanh(NaN) is NaN.

    // From |x| = 9.1 the result is 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Tanh(F32 x)
    {
        var magnitude = Vec.MinNative(Vec.Create(10f), Vec.Abs(x));
        var p = ReducedExpMinusOne(magnitude + magnitude, out F32 exponent);
        var scale = PowerOfTwo(exponent);
        var expMinusOne = Vec.FusedMultiplyAdd(scale, p, scale - F32.One);
        return Vec.CopySign(expMinusOne / (expMinusOne + Vec.Create(2f)), x);
    }

    // From |x| = 19.1 the result is 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Tanh(F64 x)
    {
        var magnitude = Vec.MinNative(Vec.Create(20.0), Vec.Abs(x));
        var p = ReducedExpMinusOne(magnitude + magnitude, out var exponent);
        var scale = PowerOfTwo(exponent);
        var expMinusOne = Vec.FusedMultiplyAdd(scale, p, scale - F64.One);
        return Vec.CopySign(expMinusOne / (expMinusOne + Vec.Create(2.0)), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tanh(float x) => Tanh(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Tanh(double x) => Tanh(Vec.CreateScalar(x)).ToScalar();
}
