namespace GraphForge.Metrics;

/// <summary>
/// The area under the ROC curve, by ranks and thus exact; equal scores count half. Keeps every score, and counts pairs exactly
/// up to 10⁹ samples of a kind.
/// </summary>
public sealed class RocAuc
{
    private readonly ScoredSamples _samples = new();

    /// <summary>0..1, 0.5 for scores that tell nothing; NaN without samples of both classes.</summary>
    public double Value => _samples.RocAuc();

    /// <param name="actual">0 or 1 for each sample.</param>
    /// <param name="scores">Higher where 1 is likelier.</param>
    /// <exception cref="ArgumentException">The numbers differ, a class is neither, or a score is NaN; nothing was added.</exception>
    public void Add(ReadOnlySpan<long> actual, ReadOnlySpan<float> scores) => BinaryScores.Add(_samples, actual, scores);

    public void Merge(RocAuc other) => _samples.Merge(other._samples);
}
