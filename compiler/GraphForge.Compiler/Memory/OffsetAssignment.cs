namespace GraphForge.Compiler.Memory;

/// <summary>
/// Gives every value its bytes: values that live together stand apart, values in place share. Packing is NP-hard, so
/// several placement orders are tried and the best is repaired; a handful of blocks is packed exactly.
/// </summary>
public static class OffsetAssignment
{
    /// <summary>Block pairs that may be compared; beyond it fewer placement orders are tried.</summary>
    private const long WorkLimit = 300_000_000;

    private static readonly Func<ArenaBlock, long>[] SortKeys =
    [
        b => -b.Bytes,
        b => -b.Area,
        b => b.First,
        b => -(b.Last - b.First),
        b => -b.Last,
    ];

    /// <summary>Offsets for the steps run in <paramref name="order"/>.</summary>
    public static ArenaLayout Assign(PlanningProblem problem, IReadOnlyList<int> order) => Assign(new StepGraph(problem), order);

    internal static ArenaLayout Assign(StepGraph graph, IReadOnlyList<int> order)
    {
        var lifetimes = Lifetimes.Of(graph, order);
        var lowerBound = lifetimes.PeakBytes;
        var shared = ChooseInPlace(graph, order, lifetimes);
        var best = Layout(graph, lifetimes, shared);
        if (best.ArenaBytes == lowerBound) return best;
        // Sharing binds values to one offset; where the peak does not need it, freedom may pack better.
        var needed = shared.Where(p => IsNeeded(graph, lifetimes, p.Write)).ToList();
        if (needed.Count == shared.Count) return best;
        var free = Layout(graph, lifetimes, needed);
        return free.ArenaBytes < best.ArenaBytes ? free : best;
    }

    private static List<(int Write, int Read)> ChooseInPlace(StepGraph graph, IReadOnlyList<int> order, Lifetimes lifetimes)
    {
        var pairs = new List<(int, int)>();
        for (var i = 0; i < order.Count; i++)
            pairs.AddRange(InPlaceMatching.Choose(graph, order[i], v => lifetimes.Intervals[v].Last == i));
        return pairs;
    }

    private static bool IsNeeded(StepGraph graph, Lifetimes lifetimes, int write) =>
        lifetimes.LiveBytes[lifetimes.Intervals[write].First] + graph.Sizes[write] > lifetimes.PeakBytes;

    private static ArenaLayout Layout(StepGraph graph, Lifetimes lifetimes, IReadOnlyList<(int Write, int Read)> inPlace)
    {
        var blocks = ArenaBlock.Form(graph, lifetimes.Intervals, inPlace);
        var packing = Pack(blocks, lifetimes.PeakBytes);
        var offsets = new long[graph.ValueCount];
        for (var i = 0; i < blocks.Length; i++)
            foreach (var value in blocks[i].Values) offsets[value] = packing.Bases[i];
        return new ArenaLayout(offsets, packing.Height, lifetimes.PeakBytes, inPlace);
    }

    private static Packing Pack(ArenaBlock[] blocks, long lowerBound)
    {
        var passes = WorkLimit / Math.Max(1, (long)blocks.Length * blocks.Length);
        if (passes < SortKeys.Length) return StreamingPacking.Pack(blocks);
        var packing = new BlockPacking(blocks);
        Packing? best = null;
        int[] bestOrder = [];
        foreach (var key in SortKeys)
        {
            var order = Enumerable.Range(0, blocks.Length).OrderBy(i => key(blocks[i])).ThenByDescending(i => blocks[i].Bytes).ToArray();
            foreach (var bestFit in (bool[])[false, true])
                if (packing.Pack(order, bestFit, best?.Height ?? long.MaxValue) is { } better) (best, bestOrder) = (better, order);
            if (best!.Value.Height == lowerBound) return best.Value;
        }
        return blocks.Length <= ExactPacking.MaximumBlocks
            ? ExactPacking.Solve(blocks, best!.Value, lowerBound)
            : PackingRepair.Improve(blocks, bestOrder, best!.Value, lowerBound, passes);
    }
}
