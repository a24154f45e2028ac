namespace GraphForge.Compiler.Memory;

/// <summary>Bytes from the base of a block that are taken during an interval.</summary>
internal readonly record struct BlockSegment(int First, int Last, long Bytes)
{
    public bool Overlaps(in BlockSegment other) =>
        First <= other.Last && other.First <= Last && Bytes > 0 && other.Bytes > 0;
}

/// <summary>
/// Values that share one base offset because each takes over the bytes of the one before. Later values are no larger, so
/// the block may shrink while it lives.
/// </summary>
internal sealed class ArenaBlock
{
    private ArenaBlock(IReadOnlyList<int> values, BlockSegment[] segments)
    {
        Values = values;
        Segments = segments;
        Bytes = segments[0].Bytes;
        (First, Last) = (segments[0].First, segments[^1].Last);
        Area = segments.Sum(s => s.Bytes * (s.Last - s.First + 1));
    }

    public IReadOnlyList<int> Values { get; }

    /// <summary>In order of time; neighbours differ in size.</summary>
    public BlockSegment[] Segments { get; }

    /// <summary>The largest size the block has.</summary>
    public long Bytes { get; }

    public int First { get; }

    public int Last { get; }

    /// <summary>Bytes times positions.</summary>
    public long Area { get; }

    /// <summary>Chains the values of <paramref name="inPlace"/> and gives every other value a block of its own.</summary>
    public static ArenaBlock[] Form(
        StepGraph graph, IReadOnlyList<LiveInterval> intervals, IEnumerable<(int Write, int Read)> inPlace)
    {
        var takenOverBy = new Dictionary<int, int>();
        var isTaker = new bool[graph.ValueCount];
        foreach (var (write, read) in inPlace)
        {
            takenOverBy[read] = write;
            isTaker[write] = true;
        }
        var blocks = new List<ArenaBlock>();
        for (var value = 0; value < graph.ValueCount; value++)
        {
            if (isTaker[value]) continue;
            var chain = new List<int> { value };
            while (takenOverBy.TryGetValue(chain[^1], out var next)) chain.Add(next);
            blocks.Add(new ArenaBlock(chain, Segment(graph, intervals, chain)));
        }
        return blocks.ToArray();
    }

    private static BlockSegment[] Segment(StepGraph graph, IReadOnlyList<LiveInterval> intervals, List<int> chain)
    {
        var segments = new List<BlockSegment>();
        foreach (var value in chain)
        {
            var (first, last) = (intervals[value].First, intervals[value].Last);
            if (segments.Count > 0 && segments[^1].Bytes == graph.Sizes[value]) segments[^1] = segments[^1] with { Last = last };
            else segments.Add(new BlockSegment(first, last, graph.Sizes[value]));
        }
        return segments.ToArray();
    }
}
