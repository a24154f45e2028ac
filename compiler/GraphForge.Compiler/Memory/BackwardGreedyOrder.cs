namespace GraphForge.Compiler.Memory;

/// <summary>
/// From the last step back, always the step before which the fewest bytes are alive. Where forward greed spends early what
/// is needed late, this direction often does not.
/// </summary>
internal static class BackwardGreedyOrder
{
    /// <param name="graph">The problem.</param>
    /// <param name="newestFirst">Among equals prefer the step that became ready last (depth first) over the given order.</param>
    public static int[] Of(StepGraph graph, bool newestFirst)
    {
        var isLive = Enumerable.Range(0, graph.ValueCount).Select(graph.LivesToEnd).ToArray();
        var net = Enumerable.Range(0, graph.StepCount).Select(s =>
            graph.Reads[s].Where(v => !isLive[v]).Sum(v => graph.Sizes[v]) - ForwardGreedyOrder.Allocated(graph, s)).ToArray();
        var queue = new ReadyQueue(graph.Successors.Select(s => s.Length).ToArray(), net, newestFirst, reversed: true);
        var order = new List<int>(graph.StepCount);
        while (queue.TryTake(out var step))
        {
            order.Add(step);
            foreach (var value in graph.Reads[step])
            {
                if (isLive[value]) continue;
                isLive[value] = true;
                foreach (var reader in graph.Readers[value]) queue.Lower(reader, graph.Sizes[value]);
            }
            foreach (var previous in graph.Predecessors[step]) queue.Release(previous);
        }
        order.Reverse();
        return order.ToArray();
    }
}
