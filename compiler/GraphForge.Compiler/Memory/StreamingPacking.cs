namespace GraphForge.Compiler.Memory;

/// <summary>
/// Packs by playing the program once against a best-fit free list: O(n log n), for programs too large for repeated
/// packing. A block keeps its largest size as long as it lives.
/// </summary>
internal sealed class StreamingPacking
{
    private readonly SortedSet<(long Bytes, long Offset)> _bySize = [];
    private readonly SortedDictionary<long, long> _startToEnd = [];
    private readonly Dictionary<long, long> _endToStart = [];
    private long _height;

    public static Packing Pack(IReadOnlyList<ArenaBlock> blocks)
    {
        var packing = new StreamingPacking();
        var bases = new long[blocks.Count];
        var dying = new PriorityQueue<int, (int Last, int Block)>();
        foreach (var index in Enumerable.Range(0, blocks.Count).OrderBy(i => blocks[i].First).ThenByDescending(i => blocks[i].Bytes))
        {
            var block = blocks[index];
            if (block.Bytes == 0) continue;
            while (dying.TryPeek(out var dead, out var key) && key.Last < block.First)
            {
                dying.Dequeue();
                packing.Free(bases[dead], blocks[dead].Bytes);
            }
            bases[index] = packing.Take(block.Bytes);
            dying.Enqueue(index, (block.Last, index));
        }
        return new Packing(bases, packing._height);
    }

    private long Take(long bytes)
    {
        var fitting = _bySize.GetViewBetween((bytes, 0), (long.MaxValue, long.MaxValue));
        if (fitting.Count > 0)
        {
            var (size, offset) = fitting.Min;
            Remove(offset, offset + size);
            if (size > bytes) Add(offset + bytes, offset + size);
            return offset;
        }
        // Nothing fits: grow the arena, using a free region that touches its top.
        var start = _height;
        if (_endToStart.TryGetValue(_height, out var top))
        {
            Remove(top, _height);
            start = top;
        }
        _height = start + bytes;
        return start;
    }

    private void Free(long offset, long bytes)
    {
        var (start, end) = (offset, offset + bytes);
        if (_startToEnd.TryGetValue(end, out var next))
        {
            Remove(end, next);
            end = next;
        }
        if (_endToStart.TryGetValue(start, out var previous))
        {
            Remove(previous, start);
            start = previous;
        }
        Add(start, end);
    }

    private void Add(long start, long end)
    {
        _startToEnd[start] = end;
        _endToStart[end] = start;
        _bySize.Add((end - start, start));
    }

    private void Remove(long start, long end)
    {
        _startToEnd.Remove(start);
        _endToStart.Remove(end);
        _bySize.Remove((end - start, start));
    }
}
