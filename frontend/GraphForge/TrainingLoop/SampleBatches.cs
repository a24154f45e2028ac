namespace GraphForge.TrainingLoop;

/// <summary>
/// The samples of a data set in batches, each sample once in the given order; the last batch is smaller where the size does
/// not divide the count. A batch is valid until the next is taken: one buffer serves all of a size.
/// </summary>
internal sealed class SampleBatches(TensorDataset data, int size)
{
    private readonly NamedArray[] _full = data.Room(Math.Min(size, data.Count));
    private NamedArray[]? _rest;

    public int Count => (data.Count + size - 1) / size;

    public IEnumerable<(NamedArray[] Inputs, int Samples)> In(int[] order)
    {
        for (var first = 0; first < order.Length; first += size)
        {
            var samples = Math.Min(size, order.Length - first);
            var batch = samples == Math.Min(size, data.Count) ? _full : _rest ??= data.Room(samples);
            data.Gather(order.AsSpan(first, samples), batch);
            yield return (batch, samples);
        }
    }
}
