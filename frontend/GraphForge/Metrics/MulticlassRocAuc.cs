namespace GraphForge.Metrics;

/// <summary>
/// The mean over the classes of the area under the ROC curve of each class against all others: scikit-learn's macro average,
/// one-vs-rest.
/// </summary>
public sealed class MulticlassRocAuc
{
    private readonly ScoredSamples[] _samples;

    /// <param name="classes">Number of classes.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public MulticlassRocAuc(int classes)
    {
        _samples = new ScoredSamples[ScoreChecks.AtLeastOne(classes, nameof(classes))];
        for (var i = 0; i < classes; i++) _samples[i] = new ScoredSamples();
    }

    /// <summary>NaN while some class has no sample, or all.</summary>
    public double Value => _samples.Average(s => s.RocAuc());

    /// <summary>The area of one class against all others.</summary>
    public double this[int label] => _samples[label].RocAuc();

    /// <param name="actual">The class of each sample.</param>
    /// <param name="scores">[samples, classes], row-major, comparable within a class.</param>
    /// <exception cref="ArgumentException">The numbers do not fit, a class is out of range, or a score is NaN; nothing was added.</exception>
    public void Add(ReadOnlySpan<long> actual, ReadOnlySpan<float> scores)
    {
        var classes = _samples.Length;
        ScoreChecks.Check(actual, scores, classes, finite: true);
        for (var i = 0; i < actual.Length; i++)
            for (var c = 0; c < classes; c++) _samples[c].Add(scores[i * classes + c], actual[i] == c);
    }

    /// <exception cref="ArgumentException">It has another number of classes.</exception>
    public void Merge(MulticlassRocAuc other)
    {
        if (other._samples.Length != _samples.Length)
            throw new ArgumentException($"A ROC-AUC of {other._samples.Length} classes cannot be merged into one of {_samples.Length}.");
        for (var c = 0; c < _samples.Length; c++) _samples[c].Merge(other._samples[c]);
    }
}
