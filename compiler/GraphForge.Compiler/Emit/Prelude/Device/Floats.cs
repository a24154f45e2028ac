/// <summary>Floating-point functions with PyTorch's meaning.</summary>
internal static class Floats
{
    /// <summary>Remainder with the sign of the divisor.</summary>
    public static float Remainder(float a, float b)
    {
        var r = Truncated(a, b);
        return r != 0f && (r < 0f) != (b < 0f) ? r + b : r;
    }

    public static double Remainder(double a, double b)
    {
        var r = Truncated(a, b);
        return r != 0.0 && (r < 0.0) != (b < 0.0) ? r + b : r;
    }

    /// <summary>The remainder of truncating division, exact: the divisor is taken away in doubled multiples, the largest first.</summary>
    private static float Truncated(float a, float b)
    {
        var (left, divisor) = (Math.Abs(a), Math.Abs(b));
        if (!(left < float.PositiveInfinity) || !(divisor > 0f)) return float.NaN;
        if (divisor > left) return a;
        var multiple = divisor;
        while (multiple <= left * 0.5f) multiple += multiple;
        while (multiple >= divisor)
        {
            if (left >= multiple) left -= multiple;
            multiple *= 0.5f;
        }
        return a < 0f ? -left : left;
    }

    private static double Truncated(double a, double b)
    {
        var (left, divisor) = (Math.Abs(a), Math.Abs(b));
        if (!(left < double.PositiveInfinity) || !(divisor > 0.0)) return double.NaN;
        if (divisor > left) return a;
        var multiple = divisor;
        while (multiple <= left * 0.5) multiple += multiple;
        while (multiple >= divisor)
        {
            if (left >= multiple) left -= multiple;
            multiple *= 0.5;
        }
        return a < 0.0 ? -left : left;
    }
}
