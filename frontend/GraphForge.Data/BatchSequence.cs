namespace GraphForge.Data;

/// <summary>The batches of one epoch, for <c>foreach</c>. It can be walked more than once, by one walker at a time.</summary>
public sealed class BatchSequence
{
    private readonly ArrayDataset _data;
    private readonly int _batchSize;
    private readonly int[] _order;
    private readonly float[] _features;
    private readonly long[] _labels;

    internal BatchSequence(ArrayDataset data, int batchSize, int[] order)
    {
        _data = data;
        _batchSize = batchSize;
        _order = order;
        var largest = Math.Min(batchSize, data.Count);
        _features = new float[largest * data.SampleSize];
        _labels = new long[largest];
    }

    /// <summary>Number of batches, a smaller last one included.</summary>
    public int Count => (int)(((long)_order.Length + _batchSize - 1) / _batchSize);

    public Enumerator GetEnumerator() => new(this);

    private Batch Fill(int first)
    {
        var count = Math.Min(_batchSize, _order.Length - first);
        for (var i = 0; i < count; i++)
        {
            var sample = _order[first + i];
            _data.Sample(sample).CopyTo(_features.AsSpan(i * _data.SampleSize));
            _labels[i] = _data.Labels[sample];
        }

        return new Batch(_features.AsSpan(0, count * _data.SampleSize), _labels.AsSpan(0, count));
    }

    /// <summary>Walks the batches.</summary>
    public ref struct Enumerator
    {
        private readonly BatchSequence _sequence;
        private int _index;

        internal Enumerator(BatchSequence sequence)
        {
            _sequence = sequence;
            _index = -1;
        }

        public Batch Current { get; private set; }

        public bool MoveNext()
        {
            if (_index + 1 >= _sequence.Count) return false;
            _index++;
            Current = _sequence.Fill(_index * _sequence._batchSize);
            return true;
        }
    }
}
