namespace GraphForge.Compiler.Memory;

/// <summary>Half-open byte ranges, merged and sorted, with logarithmic overlap tests.</summary>
internal sealed class ByteRangeSet
{
    private readonly List<(long Start, long End)> _ranges = [];

    public void Clear() => _ranges.Clear();

    public bool Overlaps(long start, long end)
    {
        var i = FirstEndingAfter(start);
        return start < end && i < _ranges.Count && _ranges[i].Start < end;
    }

    public void Add(long start, long end)
    {
        if (start >= end) return;
        var first = FirstEndingAfter(start);
        var past = first;
        while (past < _ranges.Count && _ranges[past].Start < end)
        {
            start = Math.Min(start, _ranges[past].Start);
            end = Math.Max(end, _ranges[past].End);
            past++;
        }
        _ranges.RemoveRange(first, past - first);
        _ranges.Insert(first, (start, end));
    }

    private int FirstEndingAfter(long position)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].End <= position) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
