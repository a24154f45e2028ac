internal static partial class DeviceMath
{
    // erf x is x + x P(x^2) for small x and 1 - erfc x beyond; erfc x = exp(-t^2) P(u) / (t + a) for t = |x|, with P a fit of
    // (t + a) exp(t^2) erfc(t) in u = (t - a) / (t + a), and 2 less that for x < 0. What rounding t^2 loses is put back. At most 5 ulp
    // from the true value; NaN stays NaN.

    public static float Erf(float x)
    {
        var z = x * x;
        var p = 1.6447518e-6f * z - 1.4924745e-5f;
        p = p * z + 0.00012055295f;
        p = p * z - 0.0008548326f;
        p = p * z + 0.005223978f;
        p = p * z - 0.026866171f;
        p = p * z + 0.11283792f;
        p = p * z - 0.3761264f;
        p = p * z + 0.12837917f;
        var t = Math.Abs(x);
        return t > 0.75f ? CopySign(1f - Erfc(t), x) : x * p + x;
    }

    public static double Erf(double x)
    {
        var z = x * x;
        var p = -7.8011891761342288e-10 * z + 1.3722975523443715e-8;
        p = p * z - 1.6209175496494825e-7;
        p = p * z + 1.6447517586706547e-6;
        p = p * z - 1.4924744652489713e-5;
        p = p * z + 0.00012055295319724059;
        p = p * z - 0.0008548325989663285;
        p = p * z + 0.0052239776074225943;
        p = p * z - 0.02686617064327609;
        p = p * z + 0.11283791670945252;
        p = p * z - 0.37612638903183548;
        p = p * z + 0.12837916709551256;
        var t = Math.Abs(x);
        return t > 1.0 ? CopySign(1.0 - Erfc(t), x) : x * p + x;
    }

    public static float Erfc(float x)
    {
        var magnitude = Math.Abs(x);
        var t = magnitude > 11f ? 11f : magnitude;
        var square = t * t;
        var lost = (float)((double)t * t - square);
        var sum = t + 2f;
        var u = (t - 2f) / sum;
        var p = 6.372179e-5f * u + 3.8545204e-5f;
        p = p * u - 0.0005879974f;
        p = p * u - 0.0008226514f;
        p = p * u + 0.0030616885f;
        p = p * u + 0.006472252f;
        p = p * u - 0.021505715f;
        p = p * u - 0.03644125f;
        p = p * u + 0.27947178f;
        p = p * u - 0.68716073f;
        p = p * u + 1.0215827f;
        var scaled = p / sum;
        var tail = Exp(-square) * (scaled - scaled * lost);
        return x < 0f ? 2f - tail : tail;
    }

    public static double Erfc(double x)
    {
        var magnitude = Math.Abs(x);
        var t = magnitude > 28.0 ? 28.0 : magnitude;
        var square = t * t;
        // Dekker's product: t as a sum of two halves of its digits.
        var high = t * 134217729.0 - (t * 134217729.0 - t);
        var low = t - high;
        var lost = high * high - square + 2.0 * high * low + low * low;
        var sum = t + 3.0;
        var u = (t - 3.0) / sum;
        var p = 1.764512494066106e-10 * u - 1.1549314407632704e-9;
        p = p * u - 6.656616938558893e-9;
        p = p * u + 9.24759241599387e-10;
        p = p * u + 4.85315162868905e-8;
        p = p * u + 4.235583796116857e-8;
        p = p * u - 2.3214853445411077e-7;
        p = p * u - 4.043113715367734e-7;
        p = p * u + 9.983675313054794e-7;
        p = p * u + 2.7632396420365318e-6;
        p = p * u - 4.749115898064739e-6;
        p = p * u - 1.746977301432074e-5;
        p = p * u + 3.0398154542117973e-5;
        p = p * u + 0.00010756130266736853;
        p = p * u - 0.0002767778469617213;
        p = p * u - 0.0005483096656409519;
        p = p * u + 0.003034062001330056;
        p = p * u - 0.0012124166293388978;
        p = p * u - 0.02682723462448021;
        p = p * u + 0.11952776128737852;
        p = p * u - 0.3104672619005679;
        p = p * u + 0.5902283571041004;
        p = p * u - 0.8833944531698836;
        p = p * u + 1.0740069070883398;
        var scaled = p / sum;
        var tail = Exp(-square) * (scaled - scaled * lost);
        return x < 0.0 ? 2.0 - tail : tail;
    }
}
