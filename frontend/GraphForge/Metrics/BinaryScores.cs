namespace GraphForge.Metrics;

/// <summary>Takes in scores of two classes.</summary>
internal static class BinaryScores
{
    /// <exception cref="ArgumentException">The numbers differ, a class is neither 0 nor 1, or a score is NaN.</exception>
    public static void Add(ScoredSamples samples, ReadOnlySpan<long> actual, ReadOnlySpan<float> scores)
    {
        if (actual.Length != scores.Length)
            throw new ArgumentException($"{actual.Length} actual classes were given with {scores.Length} scores.");
        for (var i = 0; i < actual.Length; i++) ScoreChecks.Check(actual[i], i, classes: 2);
        ScoreChecks.CheckNumbers(scores);
        for (var i = 0; i < actual.Length; i++) samples.Add(scores[i], actual[i] == 1);
    }
}
