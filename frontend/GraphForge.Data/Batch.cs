namespace GraphForge.Data;

/// <summary>Some samples side by side. Valid until the next batch is taken.</summary>
public readonly ref struct Batch
{
    internal Batch(ReadOnlySpan<float> features, ReadOnlySpan<long> labels)
    {
        Features = features;
        Labels = labels;
    }

    /// <summary>[<see cref="Count"/>, sample extents…], row-major.</summary>
    public ReadOnlySpan<float> Features { get; }

    /// <summary>[<see cref="Count"/>].</summary>
    public ReadOnlySpan<long> Labels { get; }

    public int Count => Labels.Length;
}
