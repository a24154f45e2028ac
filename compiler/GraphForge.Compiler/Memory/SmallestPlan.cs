namespace GraphForge.Compiler.Memory;

/// <summary>The least memory a program can be made to run in by giving values up.</summary>
internal static class SmallestPlan
{
    /// <summary>
    /// Part of its modelled time by which a program may take longer to need less memory that nobody asked it to save: less than
    /// steps differ from run to run, and it buys up to half the memory of a deep network, as most of what such a network keeps is
    /// activations and normalised rows that follow from other values in one pass.
    /// </summary>
    private const double CheapTime = 0.02;

    /// <summary>Part of what lives at once without repeating to which the answer is found.</summary>
    private const int Resolution = 512;

    /// <summary>The same for what every compilation looks for: each halving takes a search.</summary>
    private const int CheapResolution = 64;

    /// <summary>Whatever it costs.</summary>
    /// <param name="graph">The program.</param>
    /// <param name="kept">Its plan that keeps everything.</param>
    public static MemoryPlan Of(StepGraph graph, MemoryPlan kept) => Of(graph, kept, double.PositiveInfinity, Resolution);

    /// <summary>
    /// For next to no time: a smaller part of the program's time than of its memory. Nothing waits at the host, whose memory nobody has
    /// said may be used so.
    /// </summary>
    /// <param name="graph">The program.</param>
    /// <param name="kept">Its plan that keeps everything.</param>
    public static MemoryPlan Cheaply(StepGraph graph, MemoryPlan kept)
    {
        var milliseconds = graph.Problem.Steps.Sum(s => s.Milliseconds);
        if (graph.Offloading.IsPossible) graph = new StepGraph(graph.Problem with { HostBytesPerMillisecond = 0 });
        var plan = Of(graph, kept, CheapTime * milliseconds, CheapResolution);
        var (added, saved) = (plan.Report.Choices.Sum(c => c.ModelledMilliseconds), kept.Report.TotalBytes - plan.Report.TotalBytes);
        return added * kept.Report.TotalBytes < saved * milliseconds ? plan : kept;
    }

    /// <summary>
    /// Bisects between what one step needs and what lives at once where everything is kept. Offsets are assigned at the end alone, as
    /// that takes longer than the search itself.
    /// </summary>
    private static MemoryPlan Of(StepGraph graph, MemoryPlan kept, double milliseconds, int resolution)
    {
        RepeatTrace? smallest = null;
        var (low, high) = (LargestStep(graph) - 1, kept.Report.LowerBound);
        while (high - low > Math.Max(1, kept.Report.LowerBound / resolution))
        {
            var middle = low + (high - low) / 2;
            if (RecomputeSearch.Within(graph, [.. kept.Order], middle, milliseconds) is { } trace) (smallest, high) = (trace, trace.LiveBytes().Max());
            else low = middle;
        }
        if (smallest is null) return kept;
        var plan = MemoryPlanner.Solve(RepeatedSteps.Of(graph, smallest));
        return plan.Report.TotalBytes < kept.Report.TotalBytes ? plan : kept;
    }

    /// <summary>Most bytes that one step reads and writes; no order and no repeating makes that less, as every step runs once at least.</summary>
    public static long LargestStep(StepGraph graph) => Enumerable.Range(0, graph.StepCount).Select(step =>
        graph.Reads[step].Concat(graph.Writes[step]).Sum(v => graph.Sizes[v]) - InPlaceMatching.SavedBytes(graph, step, _ => true)).DefaultIfEmpty(0).Max();
}
