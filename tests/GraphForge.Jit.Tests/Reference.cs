namespace GraphForge.Jit.Tests;

/// <summary>True values in float64 and the distance of results from them.</summary>
internal static class Reference
{
    public static double Of(string function, double x) => function switch
    {
        "Exp" => Math.Exp(x),
        "Log" => Math.Log(x),
        "Sin" => Math.Sin(x),
        "Cos" => Math.Cos(x),
        "Tanh" => Math.Tanh(x),
        "Erf" => Erf(x),
        "Erfc" => Erfc(x),
        "Expm1" => Expm1(x),
        "Log1p" => Log1p(x),
        "Log2" => Math.Log2(x),
        "Sigmoid" => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)),
        "Softplus" => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x))),
        "Tan" => Math.Tan(x),
        "Asin" => Math.Asin(x),
        "Acos" => Math.Acos(x),
        "Atan" => Math.Atan(x),
        "Sinh" => Math.Sinh(x),
        "Cosh" => Math.Cosh(x),
        "Asinh" => Math.Asinh(x),
        "Acosh" => Math.Acosh(x),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, null),
    };

    /// <summary>
    /// Distance of <paramref name="actual"/> from <paramref name="exact"/> in units of the last place of a float32 of that
    /// size; 0 where both are NaN or the same infinity.
    /// </summary>
    public static double Ulps(float actual, double exact)
    {
        if (float.IsNaN(actual) || double.IsNaN(exact)) return float.IsNaN(actual) && double.IsNaN(exact) ? 0 : double.MaxValue;
        var rounded = (float)exact;
        if (actual == rounded) return 0;
        if (!float.IsFinite(actual) || !float.IsFinite(rounded))
            return Math.Abs((double)Math.Clamp(actual, -float.MaxValue, float.MaxValue) - exact) / UlpOf(float.MaxValue);
        return Math.Abs(actual - exact) / UlpOf(rounded);
    }

    public static double Ulps(double actual, double exact)
    {
        if (double.IsNaN(actual) || double.IsNaN(exact)) return double.IsNaN(actual) && double.IsNaN(exact) ? 0 : double.MaxValue;
        if (actual == exact) return 0;
        if (!double.IsFinite(actual) || !double.IsFinite(exact)) return double.MaxValue;
        return Math.Abs(actual - exact) / (Math.BitIncrement(Math.Abs(exact)) - Math.Abs(exact));
    }

    /// <summary>
    /// M. Abramowitz and I. Stegun, Handbook of Mathematical Functions: the series 7.1.5 for small |x|, the continued fraction
    /// 7.1.14 of erfc beyond. Itself good to about 2 ulp, its complement to 4.
    /// </summary>
    public static double Erf(double x)
    {
        var t = Math.Abs(x);
        if (double.IsNaN(x)) return x;
        if (t > 6) return Math.Sign(x);
        return t < 0.5 ? x * Series(t * t) : Math.CopySign(1 - Gaussian(t) * Fraction(t), x);
    }

    public static double Erfc(double x)
    {
        if (double.IsNaN(x)) return x;
        if (Math.Abs(x) < 0.5) return 1 - Erf(x);
        return x < 0 ? 1 + Erf(-x) : x > 28 ? 0 : Gaussian(x) * Fraction(x);
    }

    /// <summary>2 sinh(x / 2) e^(x / 2), which does not cancel.</summary>
    private static double Expm1(double x) =>
        Math.Abs(x) > 1 ? Math.Exp(x) - 1 : 2 * Math.Sinh(x / 2) * Math.Exp(x / 2);

    /// <summary>2 atanh(x / (2 + x)) near 0, where the logarithm cancels.</summary>
    private static double Log1p(double x) =>
        Math.Abs(x) > 0.5 ? Math.Log(1 + x) + (Math.Abs(x) is < 1e15 and not 1 ? (x - (1 + x - 1)) / (1 + x) : 0) : 2 * Math.Atanh(x / (2 + x));

    /// <summary>exp(-t^2) with the rounding error of the square put back.</summary>
    private static double Gaussian(double t)
    {
        var square = t * t;
        return Math.Exp(-square) * (1 - Math.FusedMultiplyAdd(t, t, -square));
    }

    /// <summary>erf(t) / t, smallest terms first.</summary>
    private static double Series(double square)
    {
        const double twoOverRootPi = 1.1283791670955126;
        var sum = 0.0;
        for (var n = 14; n >= 1; n--) sum = -square / n * (1.0 / (2 * n + 1) + sum);
        return twoOverRootPi * (1 + sum);
    }

    private static double Fraction(double t)
    {
        var denominator = t;
        for (var n = 20 + (int)(250 / (t * t)); n >= 1; n--) denominator = t + n / 2.0 / denominator;
        return 1 / (Math.Sqrt(Math.PI) * denominator);
    }

    private static double UlpOf(float value) =>
        value == float.MaxValue ? Math.ScaleB(1, 104) : (double)MathF.BitIncrement(Math.Abs(value)) - Math.Abs(value);
}
