namespace GraphForge.Data;

/// <summary>
/// Labelled samples of one shape in memory. The order of batches depends on the arguments of <see cref="Batches"/> alone.
/// </summary>
public sealed class ArrayDataset
{
    private readonly float[] _features;
    private readonly long[] _labels;

    /// <param name="features">Samples one after another, each row-major; kept, not copied.</param>
    /// <param name="sampleDims">Extents of one sample; empty for a scalar.</param>
    /// <param name="labels">One label a sample; kept, not copied.</param>
    /// <exception cref="ArgumentException">An extent is not positive, or the lengths do not fit each other.</exception>
    public ArrayDataset(float[] features, IReadOnlyList<int> sampleDims, long[] labels)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        SampleDims = [.. sampleDims];
        if (SampleDims.Any(dim => dim < 1))
            throw new ArgumentException($"A sample of [{string.Join(", ", SampleDims)}] has an extent below 1.", nameof(sampleDims));
        SampleSize = SampleDims.Aggregate(1, (size, dim) => checked(size * dim));
        if (features.LongLength != (long)labels.Length * SampleSize)
            throw new ArgumentException(
                $"{labels.Length} samples of [{string.Join(", ", SampleDims)}] take {(long)labels.Length * SampleSize} features; "
                + $"there are {features.Length}.",
                nameof(features));
        _features = features;
        _labels = labels;
    }

    /// <summary>Number of samples.</summary>
    public int Count => _labels.Length;

    public IReadOnlyList<int> SampleDims { get; }

    /// <summary>Elements of one sample.</summary>
    public int SampleSize { get; }

    /// <summary>Every feature, sample after sample.</summary>
    public ReadOnlySpan<float> Features => _features;

    public ReadOnlySpan<long> Labels => _labels;

    public ReadOnlySpan<float> Sample(int index) => _features.AsSpan(index * SampleSize, SampleSize);

    /// <summary>A data set of (feature - mean) / deviation.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="deviation"/> is not a positive finite number.</exception>
    public ArrayDataset Normalize(float mean, float deviation)
    {
        if (!(deviation > 0 && float.IsFinite(deviation))) throw new ArgumentOutOfRangeException(nameof(deviation), deviation, null);
        return new ArrayDataset(Array.ConvertAll(_features, feature => (feature - mean) / deviation), SampleDims, _labels);
    }

    /// <summary>The samples in batches, each sample once; the last batch is smaller where the size does not divide the count.</summary>
    /// <param name="batchSize">Samples a batch, at least 1.</param>
    /// <param name="shuffle">Whether the order is random or that of the data.</param>
    /// <param name="seed">With <paramref name="epoch"/>, decides the random order.</param>
    /// <param name="epoch">Number of the pass over the data; each has its own order.</param>
    /// <returns>
    /// Batches whose spans are valid until the next one is taken: one buffer serves them all, so that nothing is allocated per
    /// batch.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is below 1.</exception>
    public BatchSequence Batches(int batchSize, bool shuffle = false, ulong seed = 0, int epoch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return new BatchSequence(this, batchSize, shuffle ? SampleOrder.Shuffled(Count, seed, epoch) : SampleOrder.Sequential(Count));
    }
}
