namespace GraphForge.Metrics;

/// <summary>The share of samples whose class has one of the k highest scores. Of equal scores the first counts as higher.</summary>
public sealed class TopKAccuracy
{
    private readonly int _k;
    private readonly int _classes;
    private long _correct;
    private long _total;

    /// <param name="k">1 for plain accuracy; at most the number of classes.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public TopKAccuracy(int k, int classes)
    {
        _classes = ScoreChecks.AtLeastOne(classes, nameof(classes));
        _k = k >= 1 && k <= classes ? k : throw new ArgumentException($"k must lie in 1..{classes}, the number of classes, but is {k}.");
    }

    /// <summary>0..1; NaN while nothing was added.</summary>
    public double Value => (double)_correct / _total;

    /// <param name="actual">The class of each sample.</param>
    /// <param name="scores">[samples, classes], row-major: anything that is higher for a likelier class. NaN is never right.</param>
    /// <exception cref="ArgumentException">The numbers do not fit, or a class is out of range; nothing was added.</exception>
    public void Add(ReadOnlySpan<long> actual, ReadOnlySpan<float> scores)
    {
        ScoreChecks.Check(actual, scores, _classes, finite: false);
        for (var i = 0; i < actual.Length; i++)
            if (IsAmongTop(scores.Slice(i * _classes, _classes), (int)actual[i])) _correct++;
        _total += actual.Length;
    }

    /// <exception cref="ArgumentException">It counts other classes, or another k.</exception>
    public void Merge(TopKAccuracy other)
    {
        if ((other._k, other._classes) != (_k, _classes))
            throw new ArgumentException(
                $"A top-{other._k} accuracy of {other._classes} classes cannot be merged into a top-{_k} accuracy of {_classes}.");
        _correct += other._correct;
        _total += other._total;
    }

    private bool IsAmongTop(ReadOnlySpan<float> scores, int label)
    {
        var higher = 0;
        for (var c = 0; c < scores.Length; c++)
            if (c != label && (c < label ? !(scores[c] < scores[label]) : !(scores[c] <= scores[label]))) higher++;
        return higher < _k && !float.IsNaN(scores[label]);
    }
}
