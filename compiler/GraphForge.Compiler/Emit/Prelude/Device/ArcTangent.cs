internal static partial class DeviceMath
{
    // Angles, computed in float64 and rounded for float32. The sign of zero is kept; NaN stays NaN.

    public static float Atan(float x) => (float)Atan((double)x);

    /// <summary>
    /// atan t for t = |x| as pi/2 + atan(-1/t) from tan 3pi/8 on, pi/4 + atan((t - 1) / (t + 1)) from 0.66 on; what is left is
    /// r + r z P(z) / Q(z), z = r^2 (Moshier, Cephes). At most 2 ulp from the true value.
    /// </summary>
    public static double Atan(double x)
    {
        var t = Math.Abs(x);
        var isLarge = t > 2.41421356237309504880;
        var isMedium = t > 0.66;
        var r = isLarge ? -1.0 / t : isMedium ? (t - 1.0) / (t + 1.0) : t;
        var z = r * r;
        var p = -0.8750608600031904122785 * z - 16.15753718733365076637;
        p = p * z - 75.00855792314704667340;
        p = p * z - 122.8866684490136173410;
        p = p * z - 64.85021904942025371773;
        var q = z + 24.85846490142306297962;
        q = q * z + 165.0270098316988542046;
        q = q * z + 432.8810604912902668951;
        q = q * z + 485.3903996359136964868;
        q = q * z + 194.5506571482613964425;
        var angle = isLarge ? 1.57079632679489661923 : isMedium ? 0.785398163397448309616 : 0.0;
        // What pi/2 and pi/4 lose as float64.
        var lost = isLarge ? 6.123233995736765886130e-17 : isMedium ? 3.061616997868382943065e-17 : 0.0;
        return CopySign(angle + ((r * z * (p / q) + r) + lost), x);
    }

    public static float Asin(float x) => (float)Asin((double)x);

    /// <summary>NaN beyond -1..1.</summary>
    public static double Asin(double x) => Atan(x / Math.Sqrt((1.0 - x) * (1.0 + x)));

    public static float Acos(float x) => (float)Acos((double)x);

    /// <summary>NaN beyond -1..1.</summary>
    public static double Acos(double x) => 2.0 * Atan(Math.Sqrt((1.0 - x) / (1.0 + x)));

    public static float Atan2(float y, float x) => (float)Atan2((double)y, (double)x);

    /// <summary>atan(|y| / |x|), mirrored to the quadrant of the point; zeros and infinities count by their signs.</summary>
    public static double Atan2(double y, double x)
    {
        var (rise, run) = (Math.Abs(y), Math.Abs(x));
        // Two zeros and two infinities have no quotient.
        var angle = Atan(rise == run ? rise == 0.0 ? 0.0 : 1.0 : rise / run);
        var isLeft = BitConverter.DoubleToInt64Bits(x) < 0L;
        var result = CopySign(isLeft ? 3.14159265358979323846 - (angle - 1.2246467991473531772e-16) : angle, y);
        return x != x || y != y ? double.NaN : result;
    }
}
