namespace GraphForge.Compiler.Memory;

/// <summary>
/// The smallest packing of a few blocks, by branch and bound. Any packing can be pushed down until each block rests on the
/// floor or on a block placed before it, so trying every order of resting placements with rising bases finds the optimum.
/// </summary>
internal sealed class ExactPacking
{
    /// <summary>Blocks that are still solved exactly: at most 8! placements.</summary>
    public const int MaximumBlocks = 8;

    private readonly IReadOnlyList<ArenaBlock> _blocks;
    private readonly long _lowerBound;
    private readonly long[] _bases;
    private readonly bool[] _placed;
    private Packing _best;

    private ExactPacking(IReadOnlyList<ArenaBlock> blocks, Packing incumbent, long lowerBound)
    {
        (_blocks, _best, _lowerBound) = (blocks, incumbent, lowerBound);
        _bases = new long[blocks.Count];
        _placed = new bool[blocks.Count];
    }

    public static Packing Solve(IReadOnlyList<ArenaBlock> blocks, Packing incumbent, long lowerBound)
    {
        var search = new ExactPacking(blocks, incumbent, lowerBound);
        search.Place(0, 0, 0);
        return search._best;
    }

    private void Place(int count, long previousBase, long height)
    {
        if (height >= _best.Height || _best.Height <= _lowerBound) return;
        if (count == _blocks.Count)
        {
            _best = new Packing((long[])_bases.Clone(), height);
            return;
        }
        for (var i = 0; i < _blocks.Count; i++)
        {
            if (_placed[i]) continue;
            var offset = RestingBase(i);
            if (offset < previousBase) continue;
            (_bases[i], _placed[i]) = (offset, true);
            Place(count + 1, offset, Math.Max(height, offset + _blocks[i].Bytes));
            _placed[i] = false;
        }
    }

    private long RestingBase(int index)
    {
        long offset = 0;
        for (var i = 0; i < _blocks.Count; i++)
        {
            if (!_placed[i]) continue;
            foreach (var below in _blocks[i].Segments)
                foreach (var segment in _blocks[index].Segments)
                    if (segment.Overlaps(below)) offset = Math.Max(offset, _bases[i] + below.Bytes);
        }
        return offset;
    }
}
