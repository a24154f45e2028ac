namespace GraphForge.Compiler.Memory;

/// <summary>The least memory a program can be made to run in by computing values again.</summary>
internal static class SmallestBudget
{
    private const int MaximumSteps = 12;

    /// <summary>Bisects between what lives whatever is repeated and what the plan that keeps everything needs.</summary>
    public static MemoryPlan Of(PlanningProblem problem, MemoryPlan kept)
    {
        var best = kept;
        var (low, high) = (kept.Report.TotalBytes - kept.Report.ArenaBytes, kept.Report.TotalBytes);
        for (var step = 0; step < MaximumSteps && high - low > kept.Report.TotalBytes / 256; step++)
        {
            var middle = low + (high - low) / 2;
            if (MemoryPlanner.Within(problem, kept, middle) is { } plan) (best, high) = (plan, plan.Report.TotalBytes);
            else low = middle;
        }
        return best;
    }
}
