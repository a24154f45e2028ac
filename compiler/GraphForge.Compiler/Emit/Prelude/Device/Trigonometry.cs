internal static partial class DeviceMath
{
    // Sine, cosine and tangent: x = n pi/2 + r with pi/2 in three parts, the first two of 33 bits, so that their products with n are
    // exact up to |x| = 1.6e6; then minimax polynomials on |r| <= pi/4. At most 2 ulp from the true value up to there, beyond it the
    // error grows with |x|. float32 is reduced in float64. Infinities give NaN.

    public static float Sin(float x) => (float)Wave((float)ReducedByQuarter(x), (int)QuarterOf(x));

    public static float Cos(float x) => (float)Wave((float)ReducedByQuarter(x), (int)QuarterOf(x) + 1);

    public static float Tan(float x) => (float)Tan((double)x);

    public static double Sin(double x) => Wave(ReducedByQuarter(x), (long)QuarterOf(x));

    public static double Cos(double x) => Wave(ReducedByQuarter(x), (long)QuarterOf(x) + 1);

    public static double Tan(double x) => Sin(x) / Cos(x);

    /// <summary>Which multiple of pi/2 is nearest. Adding 1.5 * 2^52 leaves a whole number.</summary>
    private static double QuarterOf(double x) => (x * 0.63661977236758138 + 6755399441055744.0) - 6755399441055744.0;

    private static double ReducedByQuarter(double x)
    {
        var n = QuarterOf(x);
        return ((x - n * 1.57079632673412561417) - n * 6.07710050630396597660e-11) - n * 2.02226624879595063154e-21;
    }

    /// <summary>sin(r + quarter pi/2).</summary>
    private static float Wave(float r, int quarter)
    {
        var z = r * r;
        var sine = -0.000195877568f * z + 0.00833274797f;
        sine = sine * z - 0.166666642f;
        sine = r * z * sine + r;
        var cosine = 2.45477877e-5f * z - 0.00138883025f;
        cosine = cosine * z + 0.0416666642f;
        cosine = z * z * cosine + (1f - 0.5f * z);
        var value = (quarter & 1) != 0 ? cosine : sine;
        return (quarter & 2) != 0 ? -value : value;
    }

    private static double Wave(double r, long quarter)
    {
        var z = r * r;
        var sine = 1.5918002281873061e-10 * z - 2.5051130101805494e-8;
        sine = sine * z + 2.7557316094307971e-6;
        sine = sine * z - 0.0001984126983674298;
        sine = sine * z + 0.0083333333333309393;
        sine = sine * z - 0.16666666666666666;
        sine = r * z * sine + r;
        var cosine = -1.138255204095506e-11 * z + 2.0876145163581403e-9;
        cosine = cosine * z - 2.7557317266494944e-7;
        cosine = cosine * z + 2.4801587298755762e-5;
        cosine = cosine * z - 0.0013888888888887391;
        cosine = cosine * z + 0.041666666666666664;
        cosine = z * z * cosine + (1.0 - 0.5 * z);
        var value = (quarter & 1L) != 0 ? cosine : sine;
        return (quarter & 2L) != 0 ? -value : value;
    }
}
