namespace GraphForge.Bench.Peers;

/// <summary>Whether two sides computed the same but for rounding.</summary>
public static class Agreement
{
    /// <summary>Most that an output may differ, as a share of the largest value.</summary>
    public const double OfOutputs = 1e-5;

    /// <summary>Most that a loss of the first steps may differ, as a share of the largest. Adam amplifies rounding of small gradients.</summary>
    public const double OfLosses = 1e-4;

    /// <exception cref="BenchmarkException">Some value differs by more.</exception>
    public static void Require(string what, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double tolerance)
    {
        if (actual.Length != expected.Length)
            throw new BenchmarkException($"{what} gives {actual.Length} values where PyTorch gives {expected.Length}.");
        Require(what, Distance(actual, expected), tolerance);
    }

    /// <inheritdoc cref="Require(string, ReadOnlySpan{float}, ReadOnlySpan{float}, double)"/>
    public static void Require(string what, double distance, double tolerance)
    {
        if (!(distance <= tolerance))
            throw new BenchmarkException($"{what} differs from PyTorch by {distance:g3} of the largest value, more than {tolerance:g1}.");
    }

    /// <summary>The largest difference as a share of the largest value; infinite where a value is no number.</summary>
    public static double Distance(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        var (difference, largest) = (0.0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            difference = Math.Max(difference, float.IsFinite(actual[i]) ? Math.Abs((double)actual[i] - expected[i]) : double.PositiveInfinity);
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }
        return difference == 0 ? 0 : difference / largest;
    }
}
