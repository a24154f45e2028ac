namespace GraphForge.Compiler.Memory;

/// <summary>Post-order from the final steps: a step is preceded by what it needs and nothing else.</summary>
internal static class DepthFirstOrder
{
    /// <param name="graph">The problem.</param>
    /// <param name="demandingFirst">
    /// Visit first the operand that needs most beyond what it leaves behind (Sethi and Ullman's rule, exact for trees);
    /// otherwise operands in the given order.
    /// </param>
    public static int[] Of(StepGraph graph, bool demandingFirst)
    {
        var operands = demandingFirst ? ByDemand(graph) : graph.Predecessors;
        var order = new List<int>(graph.StepCount);
        var seen = new bool[graph.StepCount];
        var stack = new Stack<(int Step, int Next)>();
        foreach (var root in graph.GivenOrder)
        {
            if (graph.Successors[root].Length > 0) continue;
            Visit(root);
            while (stack.TryPop(out var top))
            {
                if (top.Next == operands[top.Step].Length)
                {
                    order.Add(top.Step);
                    continue;
                }
                stack.Push((top.Step, top.Next + 1));
                Visit(operands[top.Step][top.Next]);
            }
        }
        return order.ToArray();

        void Visit(int step)
        {
            if (seen[step]) return;
            seen[step] = true;
            stack.Push((step, 0));
        }
    }

    private static int[][] ByDemand(StepGraph graph)
    {
        var need = new long[graph.StepCount];
        var left = Enumerable.Range(0, graph.StepCount).Select(s => ForwardGreedyOrder.Allocated(graph, s)).ToArray();
        var sorted = new int[graph.StepCount][];
        foreach (var step in graph.GivenOrder)
        {
            sorted[step] = graph.Predecessors[step].OrderByDescending(p => need[p] - left[p]).ToArray();
            long held = 0;
            foreach (var operand in sorted[step])
            {
                need[step] = Math.Max(need[step], held + need[operand]);
                held += left[operand];
            }
            need[step] = Math.Max(need[step], held + left[step]);
        }
        return sorted;
    }
}
