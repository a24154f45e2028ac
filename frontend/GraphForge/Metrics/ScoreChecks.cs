namespace GraphForge.Metrics;

/// <summary>What is wrong with a batch that a metric is to take in.</summary>
internal static class ScoreChecks
{
    /// <exception cref="ArgumentException">The numbers differ, a class is out of range, or with <paramref name="finite"/> a score is no number.</exception>
    public static void Check(ReadOnlySpan<long> actual, ReadOnlySpan<float> scores, int classes, bool finite)
    {
        if (scores.Length != (long)actual.Length * classes)
            throw new ArgumentException($"{actual.Length} actual classes take {(long)actual.Length * classes} scores, one for each of " +
                $"{classes} classes, but {scores.Length} were given.");
        for (var i = 0; i < actual.Length; i++) Check(actual[i], i, classes);
        if (finite) CheckNumbers(scores);
    }

    public static void Check(long actual, int entry, int classes)
    {
        if (actual < 0 || actual >= classes)
            throw new ArgumentException($"Entry {entry} is class {actual}; there are classes 0..{classes - 1}.");
    }

    public static void CheckNumbers(ReadOnlySpan<float> scores)
    {
        for (var i = 0; i < scores.Length; i++)
            if (float.IsNaN(scores[i])) throw new ArgumentException($"Score {i} is no number (NaN), which has no rank.");
    }

    /// <exception cref="ArgumentException">Below 1.</exception>
    public static int AtLeastOne(int value, string name) => value >= 1
        ? value
        : throw new ArgumentException($"{name} must be at least 1 but is {value}.");
}
