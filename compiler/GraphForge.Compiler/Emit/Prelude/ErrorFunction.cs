internal static unsafe partial class VectorMath
{
    // erf x, odd, the sign of zero kept; erf(NaN) is NaN.

    /// <summary>
    /// A polynomial for each of 16 intervals around 0, 1/4, 2/4, … of t = |x|, in the distance from their middle: least squares over
    /// Chebyshev points, the coefficients rounded one after the other and those that follow fitted to what is left; the first
    /// polynomial is odd, the last one is raised by a third of an ulp at its ends so that it ends in 1. At most 2.2 ulp from the true value.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Erf(F32 x)
    {
        var t = Vec.MinNative(Vec.Create(3.8749998f), Vec.Abs(x));
        // Adding 1.5 * 2^21 leaves the nearest multiple of 1/4, and its number in the low bits of the significand.
        var shifted = t + Vec.Create(3145728f);
        var r = t - (shifted - Vec.Create(3145728f));
        var interval = shifted.AsInt32();
        var p = TableEntry(interval, Vector512.Create(
            0.113054134f, 0.0796685591f, 0.00736870756f, -0.0524892434f, -0.0686337203f, -0.0470736697f, -0.014991032f, 0.00644455664f,
            0.0130051579f, 0.0106403967f, 0.00613094633f, 0.00277341274f, 0.00102722272f, 0.000318467326f, 8.3716368e-5f, 1.8819419e-5f));
        p = Vec.FusedMultiplyAdd(p, r, TableEntry(interval, Vector512.Create(
            0f, 0.12607117f, 0.182084009f, 0.150353163f, 0.0691057593f, -0.00553816417f, -0.0439587086f, -0.0477096587f,
            -0.0341450498f, -0.0189027116f, -0.00905702449f, -0.00317274453f, -0.00135978113f, -0.000144974198f, 0.000295507314f, -8.6121232e-5f)));
        p = Vec.FusedMultiplyAdd(p, r, TableEntry(interval, Vector512.Create(
            -0.376140058f, -0.309168577f, -0.146462694f, 0.026779376f, 0.138362929f, 0.167534843f, 0.138752922f, 0.0901588947f,
            0.0482235029f, 0.0217246711f, 0.00834999885f, 0.00276025152f, 0.000789017358f, 0.000195773086f, 4.22829798e-5f, 7.96610311e-6f)));
        p = Vec.FusedMultiplyAdd(p, r, TableEntry(interval, Vector512.Create(
            0f, -0.264998704f, -0.439387828f, -0.482200384f, -0.415104508f, -0.295656741f, -0.178401753f, -0.092361033f,
            -0.0413396731f, -0.0160746723f, -0.00543811684f, -0.0016144613f, -0.000411836489f, -9.77147138e-5f, -2.60173183e-5f, -5e-7f)));
        p = Vec.FusedMultiplyAdd(p, r, TableEntry(interval, Vector512.Create(
            1.12837923f, 1.06001413f, 0.87878257f, 0.642931104f, 0.415107518f, 0.236521125f, 0.118930288f, 0.0527749918f,
            0.0206669848f, 0.00714231888f, 0.00217828434f, 0.000586277514f, 0.000139253214f, 2.91890974e-5f, 5.39945131e-6f, 8.81439064e-7f)));
        p = Vec.FusedMultiplyAdd(p, r, TableEntry(interval, Vector512.Create(
            0f, 0.276326388f, 0.520499885f, 0.711155653f, 0.842700779f, 0.92290014f, 0.966105163f, 0.986671686f,
            0.995322287f, 0.998537302f, 0.999593019f, 0.999899387f, 0.999977887f, 0.999995708f, 0.999999285f, 0.999999881f)));
        return Vec.CopySign(p, x);
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
