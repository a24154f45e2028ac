namespace GraphForge.Compiler.Ops;

/// <summary>The error function and its complement to about 1e-15, for reference evaluation and initial values; .NET has neither.</summary>
public static class ErrorFunction
{
    private static readonly double TwoOverSqrtPi = 2 / Math.Sqrt(Math.PI);

    /// <summary>2/√π ∫ e^(−t²) from 0 to x.</summary>
    public static double Erf(double x)
    {
        if (double.IsNaN(x)) return x;
        var magnitude = Math.Abs(x);
        // erfc(6) is 2e-17: below half an ulp of 1.
        var value = magnitude >= 6 ? 1 : magnitude < 3 ? Series(magnitude) : 1 - Complement(magnitude);
        return Math.CopySign(value, x);
    }

    public static double Erfc(double x) => x < 0.5 ? 1 - Erf(x) : x < 28 ? Complement(x) : double.IsNaN(x) ? x : 0;

    /// <summary>2/√π e^(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!! (Abramowitz and Stegun 7.1.6); all terms positive, so nothing cancels.</summary>
    private static double Series(double x)
    {
        double term = x, sum = x;
        for (var n = 1; term > sum * 1e-17; n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return TwoOverSqrtPi * Math.Exp(-x * x) * sum;
    }

    /// <summary>e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))) (Abramowitz and Stegun 7.1.14), for x ≥ ½.</summary>
    private static double Complement(double x)
    {
        var tail = x;
        for (var n = 20 + (int)(250 / (x * x)); n >= 1; n--) tail = x + n * 0.5 / tail;
        var square = x * x;
        // What rounding the square lost, times a square of hundreds, is many units in the last place.
        var lost = Math.FusedMultiplyAdd(x, x, -square);
        return Math.Exp(-square) * (1 - lost) / (Math.Sqrt(Math.PI) * tail);
    }
}
