namespace GraphForge.Compiler.Memory;

/// <summary>From the first step on, always the ready step after which the fewest bytes are alive.</summary>
internal static class ForwardGreedyOrder
{
    /// <param name="graph">The problem.</param>
    /// <param name="newestFirst">Among equals prefer the step that became ready last (depth first) over the given order.</param>
    public static int[] Of(StepGraph graph, bool newestFirst)
    {
        var readersLeft = graph.Readers.Select(r => r.Length).ToArray();
        var net = Enumerable.Range(0, graph.StepCount).Select(s => Allocated(graph, s) - Freed(s)).ToArray();
        var queue = new ReadyQueue(graph.Predecessors.Select(p => p.Length).ToArray(), net, newestFirst);
        var order = new List<int>(graph.StepCount);
        while (queue.TryTake(out var step))
        {
            order.Add(step);
            foreach (var value in graph.Reads[step])
            {
                if (--readersLeft[value] != 1 || graph.LivesToEnd(value)) continue;
                var last = Array.Find(graph.Readers[value], r => !queue.IsTaken(r));
                queue.Lower(last, graph.Sizes[value]);
            }
            foreach (var next in graph.Successors[step]) queue.Release(next);
        }
        return order.ToArray();

        long Freed(int step) => graph.Reads[step]
            .Where(v => readersLeft[v] == 1 && !graph.LivesToEnd(v)).Sum(v => graph.Sizes[v]);
    }

    /// <summary>Bytes that stay alive after the step because it wrote them.</summary>
    public static long Allocated(StepGraph graph, int step) => graph.Writes[step]
        .Where(v => graph.Readers[v].Length > 0 || graph.LivesToEnd(v)).Sum(v => graph.Sizes[v]);
}
