using GraphForge.Compiler.Ops;

namespace GraphForge.Initialization;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>Where the formula for the centre gives way to that for the tails.</summary>
    private const double Tail = 0.02425;

    /// <summary>The probability of less than <paramref name="x"/>.</summary>
    public static double Cumulative(double x) => 0.5 * (1 + ErrorFunction.Erf(x * Math.Sqrt(0.5)));

    /// <summary>
    /// The inverse of <see cref="Cumulative"/>: P. J. Acklam's rational approximations (2003), of relative error below 1.2e-9.
    /// </summary>
    public static double Quantile(double probability) =>
        probability <= 0 ? double.NegativeInfinity :
        probability >= 1 ? double.PositiveInfinity :
        probability < Tail ? OfTail(probability) :
        probability > 1 - Tail ? -OfTail(1 - probability) : OfCentre(probability - 0.5);

    private static double OfCentre(double q)
    {
        var r = q * q;
        var numerator = Polynomial(r, [-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
            -3.066479806614716e+01, 2.506628277459239e+00]);
        var denominator = Polynomial(r, [-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
            -1.328068155288572e+01, 1]);
        return q * numerator / denominator;
    }

    private static double OfTail(double probability)
    {
        var q = Math.Sqrt(-2 * Math.Log(probability));
        var numerator = Polynomial(q, [-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00,
            4.374664141464968e+00, 2.938163982698783e+00]);
        var denominator = Polynomial(q, [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1]);
        return numerator / denominator;
    }

    /// <summary>By Horner's rule, the highest power first.</summary>
    private static double Polynomial(double x, ReadOnlySpan<double> coefficients)
    {
        double value = 0;
        foreach (var coefficient in coefficients) value = value * x + coefficient;
        return value;
    }
}
