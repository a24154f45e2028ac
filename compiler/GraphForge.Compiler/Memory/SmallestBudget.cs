namespace GraphForge.Compiler.Memory;

/// <summary>The least memory a program can be made to run in by computing values again.</summary>
internal static class SmallestBudget
{
    private const int MaximumSteps = 12;

    /// <summary>Part of what lives at once without repeating to which the answer is found.</summary>
    private const int Resolution = 512;

    /// <summary>
    /// Bisects between what one step needs and what lives at once where everything is kept. Offsets are assigned at the end alone, as
    /// that takes longer than the search itself.
    /// </summary>
    public static MemoryPlan Of(PlanningProblem problem, MemoryPlan kept)
    {
        var graph = new StepGraph(problem);
        RepeatTrace? smallest = null;
        var (low, high) = (LargestStep(graph) - 1, kept.Report.LowerBound);
        for (var step = 0; step < MaximumSteps && high - low > kept.Report.LowerBound / Resolution; step++)
        {
            var middle = low + (high - low) / 2;
            if (RecomputeSearch.Within(graph, [.. kept.Order], middle) is { } trace) (smallest, high) = (trace, trace.LiveBytes().Max());
            else low = middle;
        }
        if (smallest is null) return kept;
        var plan = MemoryPlanner.Solve(RepeatedSteps.Of(graph, smallest));
        return plan.Report.TotalBytes < kept.Report.TotalBytes ? plan : kept;
    }

    /// <summary>Most bytes that one step reads and writes; no order and no repeating makes that less.</summary>
    private static long LargestStep(StepGraph graph) => Enumerable.Range(0, graph.StepCount).Select(step =>
        graph.Reads[step].Concat(graph.Writes[step]).Sum(v => graph.Sizes[v]) - InPlaceMatching.SavedBytes(graph, step, _ => true)).DefaultIfEmpty(0).Max();
}
