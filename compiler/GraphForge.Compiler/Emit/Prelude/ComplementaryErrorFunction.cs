internal static unsafe partial class VectorMath
{
    // erfc x = exp(-t^2) P(u) / (t + a) for t = |x|, with P a fit of (t + a) exp(t^2) erfc(t) in u = (t - a) / (t + a), and 2 less
    // that for x < 0. What rounding t^2 loses is put back. At most 4.2 ulp from the true value for every x, subnormal results
    // included; erfc(NaN) is NaN.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Erfc(F32 x)
    {
        var magnitude = Vec.Abs(x);
        var t = Vec.MinNative(Vec.Create(11f), magnitude);
        var square = t * t;
        var lost = Vec.FusedMultiplyAdd(t, t, -square);
        var sum = t + Vec.Create(2f);
        var u = (t - Vec.Create(2f)) / sum;
        var p = Horner(Vec.Create(6.372179e-5f), u, 3.8545204e-5f);
        p = Horner(p, u, -0.0005879974f);
        p = Horner(p, u, -0.0008226514f);
        p = Horner(p, u, 0.0030616885f);
        p = Horner(p, u, 0.006472252f);
        p = Horner(p, u, -0.021505715f);
        p = Horner(p, u, -0.03644125f);
        p = Horner(p, u, 0.27947178f);
        p = Horner(p, u, -0.68716073f);
        p = Horner(p, u, 1.0215827f);
        var scaled = p / sum;
        var tail = Exp(-square) * Vec.FusedMultiplyAdd(scaled, -lost, scaled);
        return Vec.ConditionalSelect(Vec.LessThan(x, F32.Zero), Vec.Create(2f) - tail, tail);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Erfc(F64 x)
    {
        var magnitude = Vec.Abs(x);
        var t = Vec.MinNative(Vec.Create(28.0), magnitude);
        var square = t * t;
        var lost = Vec.FusedMultiplyAdd(t, t, -square);
        var sum = t + Vec.Create(3.0);
        var u = (t - Vec.Create(3.0)) / sum;
        var p = Horner(Vec.Create(1.764512494066106e-10), u, -1.1549314407632704e-9);
        p = Horner(p, u, -6.656616938558893e-9);
        p = Horner(p, u, 9.24759241599387e-10);
        p = Horner(p, u, 4.85315162868905e-8);
        p = Horner(p, u, 4.235583796116857e-8);
        p = Horner(p, u, -2.3214853445411077e-7);
        p = Horner(p, u, -4.043113715367734e-7);
        p = Horner(p, u, 9.983675313054794e-7);
        p = Horner(p, u, 2.7632396420365318e-6);
        p = Horner(p, u, -4.749115898064739e-6);
        p = Horner(p, u, -1.746977301432074e-5);
        p = Horner(p, u, 3.0398154542117973e-5);
        p = Horner(p, u, 0.00010756130266736853);
        p = Horner(p, u, -0.0002767778469617213);
        p = Horner(p, u, -0.0005483096656409519);
        p = Horner(p, u, 0.003034062001330056);
        p = Horner(p, u, -0.0012124166293388978);
        p = Horner(p, u, -0.02682723462448021);
        p = Horner(p, u, 0.11952776128737852);
        p = Horner(p, u, -0.3104672619005679);
        p = Horner(p, u, 0.5902283571041004);
        p = Horner(p, u, -0.8833944531698836);
        p = Horner(p, u, 1.0740069070883398);
        var scaled = p / sum;
        var tail = Exp(-square) * Vec.FusedMultiplyAdd(scaled, -lost, scaled);
        return Vec.ConditionalSelect(Vec.LessThan(x, F64.Zero), Vec.Create(2.0) - tail, tail);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Erfc(float x) => Erfc(Vec.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Erfc(double x) => Erfc(Vec.CreateScalar(x)).ToScalar();
}
