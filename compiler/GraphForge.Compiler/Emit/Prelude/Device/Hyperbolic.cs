internal static partial class DeviceMath
{
    // tanh|x| = e / (e + 2) with e = exp(2|x|) - 1, which never cancels. At most 3 ulp from the true value; the sign of zero is kept.

    public static float Tanh(float x)
    {
        // From |x| = 9.1 the result is 1.
        var t = Math.Abs(x);
        var e = Expm1(t > 10f ? 20f : t + t);
        return CopySign(e / (e + 2f), x);
    }

    public static double Tanh(double x)
    {
        var t = Math.Abs(x);
        var e = Expm1(t > 20.0 ? 40.0 : t + t);
        return CopySign(e / (e + 2.0), x);
    }

    public static float Sinh(float x) => (float)Sinh((double)x);

    /// <summary>(E + E / (E + 1)) / 2 with E = e^|x| - 1, which does not cancel; for large x (e^(|x|/2))^2 / 2, which overflows no sooner.</summary>
    public static double Sinh(double x)
    {
        var t = Math.Abs(x);
        var e = Expm1(t);
        var half = Exp(t * 0.5);
        return CopySign(t > 40.0 ? 0.5 * half * half : (e + e / (e + 1.0)) * 0.5, x);
    }

    public static float Cosh(float x) => (float)Cosh((double)x);

    public static double Cosh(double x)
    {
        var half = Exp(Math.Abs(x) * 0.5);
        return 0.5 * half * half + 0.5 / (half * half);
    }

    public static float Asinh(float x) => (float)Asinh((double)x);

    /// <summary>log(1 + t + t^2 / (1 + sqrt(1 + t^2))) for t = |x|, or log 2t where the square could overflow.</summary>
    public static double Asinh(double x)
    {
        var t = Math.Abs(x);
        var square = t * t;
        return CopySign(t > 1e150 ? Log(t) + 0.69314718055994529 : Log1p(t + square / (1.0 + Math.Sqrt(1.0 + square))), x);
    }

    public static float Acosh(float x) => (float)Acosh((double)x);

    /// <summary>log(1 + t + sqrt(t) sqrt(t + 2)) for t = x - 1, or log 2x for large x; NaN below 1.</summary>
    public static double Acosh(double x)
    {
        var t = x - 1.0;
        return x > 1e150 ? Log(x) + 0.69314718055994529 : Log1p(t + Math.Sqrt(t) * Math.Sqrt(t + 2.0));
    }
}
