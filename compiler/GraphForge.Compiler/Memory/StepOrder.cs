namespace GraphForge.Compiler.Memory;

/// <summary>
/// Orders the steps so that few bytes are alive at once. Finding the best order is NP-hard, so several cheap orders are
/// tried, the best is improved, and up to <see cref="WindowReordering.Width"/> steps are ordered exactly. Time grows about
/// linearly with the number of steps, and the choice depends on the problem alone.
/// </summary>
public static class StepOrder
{
    /// <summary>A permutation that respects values and constraints; the given order where nothing beats it.</summary>
    public static int[] Choose(PlanningProblem problem) => Choose(new StepGraph(problem));

    internal static int[] Choose(StepGraph graph)
    {
        var best = graph.GivenOrder;
        var bestPeak = Peak(graph, best);
        foreach (var candidate in Candidates(graph))
        {
            var peak = Peak(graph, candidate);
            if (peak < bestPeak) (best, bestPeak) = (candidate, peak);
        }
        return WindowReordering.Improve(graph, SlackReordering.Improve(graph, best));
    }

    internal static long Peak(StepGraph graph, IReadOnlyList<int> order) => LiveProfile.Of(graph, order).Max();

    /// <summary>Orders by simple rules, without improvement.</summary>
    internal static IEnumerable<int[]> Candidates(StepGraph graph)
    {
        yield return ForwardGreedyOrder.Of(graph, newestFirst: false);
        yield return ForwardGreedyOrder.Of(graph, newestFirst: true);
        yield return BackwardGreedyOrder.Of(graph, newestFirst: false);
        yield return BackwardGreedyOrder.Of(graph, newestFirst: true);
        yield return DepthFirstOrder.Of(graph, demandingFirst: false);
        yield return DepthFirstOrder.Of(graph, demandingFirst: true);
    }
}
