namespace GraphForge.Compiler.Memory;

/// <summary>Positions in the step order during which a value holds its bytes, both ends included.</summary>
public readonly record struct LiveInterval(int First, int Last)
{
    public int Length => Last - First + 1;

    public bool Overlaps(LiveInterval other) => First <= other.Last && other.First <= Last;
}

/// <summary>When values live, given an order of the steps.</summary>
/// <param name="Intervals">One interval a value.</param>
/// <param name="LiveBytes">
/// Aligned bytes alive at each position, with the best in-place sharing subtracted: no layout needs less than the largest.
/// One entry even when there is no step.
/// </param>
public sealed record Lifetimes(IReadOnlyList<LiveInterval> Intervals, IReadOnlyList<long> LiveBytes)
{
    /// <summary>The largest sum of bytes alive at one position.</summary>
    public long PeakBytes => LiveBytes.Max();

    /// <summary>The first position at which the most bytes are alive.</summary>
    public int PeakPosition => LiveBytes.IndexOfMaximum();

    /// <summary>
    /// Intervals for steps run in <paramref name="order"/>: inputs from position 0, other values from their step; to the
    /// last reader, or to the end for outputs.
    /// </summary>
    public static Lifetimes Of(PlanningProblem problem, IReadOnlyList<int> order) => Of(new StepGraph(problem), order);

    internal static Lifetimes Of(StepGraph graph, IReadOnlyList<int> order)
    {
        var position = new int[graph.StepCount];
        for (var i = 0; i < order.Count; i++) position[order[i]] = i;
        var end = Math.Max(0, order.Count - 1);
        var intervals = new LiveInterval[graph.ValueCount];
        for (var value = 0; value < intervals.Length; value++)
        {
            var first = graph.Producers[value] < 0 ? 0 : position[graph.Producers[value]];
            var last = first;
            foreach (var reader in graph.Readers[value]) last = Math.Max(last, position[reader]);
            intervals[value] = new LiveInterval(first, graph.LivesToEnd(value) ? end : last);
        }
        return new Lifetimes(intervals, LiveProfile.Of(graph, order));
    }
}
