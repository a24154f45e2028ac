namespace GraphForge.Metrics;

/// <summary>
/// The area under the precision-recall curve as scikit-learn's average_precision_score has it: precision at each threshold,
/// weighed by the recall it adds. Keeps every score.
/// </summary>
public sealed class AveragePrecision
{
    private readonly ScoredSamples _samples = new();

    /// <summary>0..1; NaN without a positive sample.</summary>
    public double Value => _samples.AveragePrecision();

    /// <param name="actual">0 or 1 for each sample.</param>
    /// <param name="scores">Higher where 1 is likelier.</param>
    /// <exception cref="ArgumentException">The numbers differ, a class is neither, or a score is NaN; nothing was added.</exception>
    public void Add(ReadOnlySpan<long> actual, ReadOnlySpan<float> scores) => BinaryScores.Add(_samples, actual, scores);

    public void Merge(AveragePrecision other) => _samples.Merge(other._samples);
}
