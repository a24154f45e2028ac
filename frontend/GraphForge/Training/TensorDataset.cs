using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <summary>Samples spread over named arrays, one for each input: each holds its part of all samples, one after another.</summary>
/// <example><code>
/// var data = new TensorDataset(sentences, ("tokens", tokens), ("labels", labels));
/// await training.FitAsync(data, batchSize: 32, epochs: 10);
/// </code></example>
public sealed class TensorDataset
{
    private readonly NamedArray[] _arrays;

    /// <param name="count">Number of samples, at least 1.</param>
    /// <param name="arrays">[count, sample…] each, row-major; used where they are, not copied.</param>
    /// <exception cref="GraphException">An array is not as long as so many samples.</exception>
    public TensorDataset(int count, params ReadOnlySpan<NamedArray> arrays)
    {
        if (count < 1) throw new GraphException(ErrorCode.BadRunArgument, "the data set holds no samples.");
        foreach (var array in arrays)
            if (array.Count % count != 0 || array.HasDims && array.Dims[0] != count)
                throw new GraphException(ErrorCode.BadRunArgument,
                    $"'{array.Name}' holds {array.Count} values, which are not the parts of {count} samples.");
        (Count, _arrays) = (count, arrays.ToArray());
    }

    /// <summary>Number of samples.</summary>
    public int Count { get; }

    internal ReadOnlySpan<NamedArray> Arrays => _arrays;

    /// <summary>Room for some samples.</summary>
    internal NamedArray[] Room(int samples) => [.. _arrays.Select(a => a.Room(a.Count / Count * samples, samples))];

    /// <summary>Copies the samples that <paramref name="which"/> names, one after another, into <paramref name="room"/> for as many.</summary>
    internal void Gather(ReadOnlySpan<int> which, NamedArray[] room)
    {
        for (var i = 0; i < _arrays.Length; i++)
        {
            var size = _arrays[i].Bytes.Length / Count;
            for (var sample = 0; sample < which.Length; sample++)
                _arrays[i].Bytes.Slice(which[sample] * size, size).CopyTo(room[i].Bytes[(sample * size)..]);
        }
    }
}
