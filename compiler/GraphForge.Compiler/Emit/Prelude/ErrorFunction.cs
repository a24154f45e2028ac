internal static unsafe partial class VectorMath
{
    // erf x, odd, the sign of zero kept; erf(NaN) is NaN.

    /// <summary>
    /// 1 - exp(t Q(t)), t = |x|, with Q a fit of log(erfc t) / t: the exponential less 1 never cancels, so that small x keep
    /// their digits. At most 3.2 ulp from the true value; from t = 3.95 the result is 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Erf(F32 x)
    {
        var t = Vec.MinNative(Vec.Create(3.95f), Vec.Abs(x));
        var q = Horner(Vec.Create(-4.070806883e-5f), t, 0.000381001674f);
        q = Horner(q, t, -0.001251749625f);
        q = Horner(q, t, -0.000205711709f);
        q = Horner(q, t, 0.0193217129f);
        q = Horner(q, t, -0.10281441f);
        q = Horner(q, t, -0.636616497f);
        q = Horner(q, t, -1.12837921f);
        // A one-part ln 2 will do: what it lacks changes digits of the exponential that are lost beside 1.
        var logarithm = q * t;
        var exponent = NearestMultipleOfLn2(logarithm);
        var p = SmallExpMinusOne(Vec.FusedMultiplyAdd(exponent, Vec.Create(-0.693147182f), logarithm));
        var scale = PowerOfTwo(exponent);
        return Vec.CopySign(Vec.FusedMultiplyAdd(scale, p, scale - F32.One), x);
    }

    /// <summary>
    /// x + x P(x^2) up to 1, beyond it 1 - exp(-t^2) P(u), t = |x|, with P a fit of exp(t^2) erfc(t) in u = (t - 3) / (t + 3).
    /// At most 2 ulp from the true value.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Erf(F64 x)
    {
        var magnitude = Vec.Abs(x);
        var t = Vec.MinNative(Vec.Create(6.0), magnitude);
        var square = t * t;
        var p = Horner(Vec.Create(-7.8011891761342288e-10), square, 1.3722975523443715e-8);
        p = Horner(p, square, -1.6209175496494825e-7);
        p = Horner(p, square, 1.6447517586706547e-6);
        p = Horner(p, square, -1.4924744652489713e-5);
        p = Horner(p, square, 0.00012055295319724059);
        p = Horner(p, square, -0.0008548325989663285);
        p = Horner(p, square, 0.0052239776074225943);
        p = Horner(p, square, -0.02686617064327609);
        p = Horner(p, square, 0.11283791670945252);
        p = Horner(p, square, -0.37612638903183548);
        p = Horner(p, square, 0.12837916709551256);
        var near = Vec.FusedMultiplyAdd(p, x, x);
        var u = (t - Vec.Create(3.0)) / (t + Vec.Create(3.0));
        var q = Horner(Vec.Create(1.2712387763166415e-6), u, 2.013062541267093e-6);
        q = Horner(q, u, -8.00835213151702e-6);
        q = Horner(q, u, -1.2845348473594151e-5);
        q = Horner(q, u, 6.4062615586207765e-5);
        q = Horner(q, u, 4.5254272622249663e-5);
        q = Horner(q, u, -0.00059706248633769655);
        q = Horner(q, u, 0.00070774647208632856);
        q = Horner(q, u, 0.0042691363566881545);
        q = Horner(q, u, -0.024392499319104591);
        q = Horner(q, u, 0.071665837197476226);
        q = Horner(q, u, -0.15011593650077615);
        q = Horner(q, u, 0.24560380171233487);
        q = Horner(q, u, -0.32623356004303722);
        q = Horner(q, u, 0.17900115118138996);
        var far = Vec.FusedMultiplyAdd(-Exp(-square), q, F64.One);
        return Vec.ConditionalSelect(Vec.GreaterThan(magnitude, F64.One), Vec.CopySign(far, x), near);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Erf(float x) => Erf(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Erf(double x) => Erf(Vec.CreateScalar(x)).ToScalar();
}
