namespace GraphForge.Compiler.Ops;

/// <summary>Functions of eˣ that cancel as they are written, to a few units in the last place; .NET has none of them.</summary>
internal static class StableExponentials
{
    /// <summary>W. Kahan: the rounding of u = eˣ is undone by log u, which is known as well as x.</summary>
    public static double Expm1(double x)
    {
        var u = Math.Exp(x);
        if (u == 1) return x;
        return u - 1 is var difference && (difference == -1 || double.IsInfinity(u)) ? difference : difference * x / Math.Log(u);
    }

    /// <summary>log u + c / u, with u = 1 + x rounded and c what that lost.</summary>
    public static double Log1p(double x)
    {
        var u = 1 + x;
        if (u == 1) return x;
        return u == 0 || double.IsInfinity(u) ? Math.Log(u) : Math.Log(u) + (x - (u - 1)) / u;
    }

    public static double Sigmoid(double x)
    {
        var e = Math.Exp(-Math.Abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }
}
