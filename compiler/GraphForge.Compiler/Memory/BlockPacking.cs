namespace GraphForge.Compiler.Memory;

/// <summary>Base offsets for blocks, in the order of the block list, and the bytes they need together.</summary>
internal readonly record struct Packing(long[] Bases, long Height);

/// <summary>Puts blocks one by one where they collide with none of those placed before.</summary>
internal sealed class BlockPacking(IReadOnlyList<ArenaBlock> blocks)
{
    private readonly List<(long Base, BlockSegment Segment)> _placed = [];
    private readonly List<(long Low, long High)> _forbidden = [];

    /// <param name="order">Which block is placed when.</param>
    /// <param name="bestFit">Take the tightest gap instead of the lowest.</param>
    /// <param name="limit">Give up once the packing needs this much; null then.</param>
    public Packing? Pack(IReadOnlyList<int> order, bool bestFit, long limit = long.MaxValue)
    {
        _placed.Clear();
        var bases = new long[blocks.Count];
        long height = 0;
        foreach (var index in order)
        {
            var block = blocks[index];
            bases[index] = FindBase(block, bestFit);
            height = Math.Max(height, bases[index] + block.Bytes);
            if (height >= limit) return null;
            Place(block, bases[index]);
        }
        return new Packing(bases, height);
    }

    private long FindBase(ArenaBlock block, bool bestFit)
    {
        CollectForbidden(block);
        long cursor = 0, best = -1, bestSlack = long.MaxValue;
        foreach (var (low, high) in _forbidden)
        {
            // A base b collides when low < b < high.
            if (low >= cursor && low - cursor < bestSlack)
            {
                (best, bestSlack) = (cursor, low - cursor);
                if (!bestFit || bestSlack == 0) return best;
            }
            cursor = Math.Max(cursor, high);
        }
        return best < 0 ? cursor : best;
    }

    private void CollectForbidden(ArenaBlock block)
    {
        _forbidden.Clear();
        var segments = block.Segments;
        foreach (var (offset, placed) in _placed)
            foreach (ref readonly var segment in segments.AsSpan())
                if (segment.Overlaps(placed)) _forbidden.Add((offset - segment.Bytes, offset + placed.Bytes));
        // With one segment size the lows follow the offsets, which are sorted.
        if (segments.Length > 1) _forbidden.Sort();
    }

    private void Place(ArenaBlock block, long offset)
    {
        var (low, high) = (0, _placed.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_placed[middle].Base <= offset) low = middle + 1;
            else high = middle;
        }
        _placed.InsertRange(low, block.Segments.Select(s => (offset, s)));
    }
}
