namespace GraphForge.Compiler.Memory;

/// <summary>
/// Moves steps within the room their neighbours leave: a step that adds bytes to just before its first user, a step that
/// frees bytes to just after its last operand. Kept while the peak falls.
/// </summary>
internal static class SlackReordering
{
    private const int MaximumRounds = 8;

    public static int[] Improve(StepGraph graph, int[] order)
    {
        var peak = StepOrder.Peak(graph, order);
        for (var round = 0; round < MaximumRounds; round++)
        {
            var late = Postpone(graph, order);
            var early = Advance(graph, late);
            int[][] candidates = [late, early, Advance(graph, order)];
            var best = candidates.MinBy(c => StepOrder.Peak(graph, c))!;
            var bestPeak = StepOrder.Peak(graph, best);
            if (bestPeak >= peak) break;
            (order, peak) = (best, bestPeak);
        }
        return order;
    }

    private static int[] Postpone(StepGraph graph, int[] order)
    {
        var (position, net) = Describe(graph, order);
        var key = (int[])position.Clone();
        for (var i = order.Length - 1; i >= 0; i--)
        {
            var step = order[i];
            if (net[step] > 0 && graph.Successors[step].Length > 0) key[step] = graph.Successors[step].Min(s => key[s]);
        }
        return Sorted(order, key);
    }

    private static int[] Advance(StepGraph graph, int[] order)
    {
        var (position, net) = Describe(graph, order);
        var key = (int[])position.Clone();
        foreach (var step in order)
            if (net[step] < 0) key[step] = graph.Predecessors[step].Select(p => key[p]).DefaultIfEmpty(-1).Max();
        return Sorted(order, key);
    }

    /// <summary>Keys never fall along an edge, and equal keys keep their order, so dependencies stay respected.</summary>
    private static int[] Sorted(int[] order, int[] key) => order.OrderBy(s => key[s]).ToArray();

    private static (int[] Position, long[] Net) Describe(StepGraph graph, int[] order)
    {
        var position = new int[order.Length];
        for (var i = 0; i < order.Length; i++) position[order[i]] = i;
        var net = new long[order.Length];
        for (var step = 0; step < net.Length; step++) net[step] = ForwardGreedyOrder.Allocated(graph, step);
        for (var value = 0; value < graph.ValueCount; value++)
            if (graph.Readers[value].Length > 0 && !graph.LivesToEnd(value))
                net[graph.Readers[value].MaxBy(r => position[r])] -= graph.Sizes[value];
        return (position, net);
    }
}
