namespace GraphForge.Metrics;

/// <summary>Every sample's score, kept because a ranking needs all of them.</summary>
internal sealed class ScoredSamples
{
    private readonly List<(float Score, bool IsPositive)> _samples = [];

    public long Positives { get; private set; }

    public long Negatives => _samples.Count - Positives;

    public void Add(float score, bool isPositive)
    {
        _samples.Add((score, isPositive));
        if (isPositive) Positives++;
    }

    public void Merge(ScoredSamples other)
    {
        _samples.AddRange(other._samples);
        Positives += other.Positives;
    }

    /// <summary>Numbers of positive and negative samples of each score, highest first.</summary>
    public IEnumerable<(long Positives, long Negatives)> Thresholds() => _samples
        .GroupBy(s => s.Score).OrderByDescending(g => g.Key)
        .Select(g => (g.LongCount(s => s.IsPositive), g.LongCount(s => !s.IsPositive)));

    /// <summary>
    /// The probability that a positive sample has a higher score than a negative one, equal scores counting half: the area under
    /// the ROC curve, exact. NaN without samples of both kinds.
    /// </summary>
    public double RocAuc()
    {
        // In halves, as whole numbers: every negative sample is beaten by the positive ones above, and half by its equals.
        var (above, halves) = (0L, 0L);
        foreach (var (positives, negatives) in Thresholds())
        {
            halves += negatives * (2 * above + positives);
            above += positives;
        }
        return halves / (2.0 * Positives * Negatives);
    }

    /// <summary>Σ (recallₙ - recallₙ₋₁) · precisionₙ over the thresholds, highest first. NaN without positive samples.</summary>
    public double AveragePrecision()
    {
        var (found, seen, sum) = (0L, 0L, 0.0);
        foreach (var (positives, negatives) in Thresholds())
        {
            found += positives;
            seen += positives + negatives;
            sum += positives * ((double)found / seen);
        }
        return sum / Positives;
    }
}
