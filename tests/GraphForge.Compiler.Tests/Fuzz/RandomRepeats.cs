using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>Gives up values at random, whether that saves memory or not: programs of a few steps are hardly ever worth a budget.</summary>
internal static class RandomRepeats
{
    /// <summary>A plan in which about half of what can be computed again is; a budget only says that this is wanted.</summary>
    public static MemoryPlan Plan(PlanningProblem problem, long? budget, int seed)
    {
        var graph = new StepGraph(problem);
        var kept = MemoryPlanner.Kept(graph);
        if (budget is null) return kept;
        var random = new Random(seed);
        var drops = new HashSet<Drop>();
        foreach (var value in Enumerable.Range(0, graph.ValueCount).Where(v => graph.Sources[v] >= 0))
            for (var use = 0; use <= graph.Readers[value].Length; use++)
                if (random.Next(2) == 0 && drops.Add(new Drop(value, use)) && RepeatTrace.Of(graph, kept.Order, drops) is null)
                    drops.Remove(new Drop(value, use));
        return MemoryPlanner.Solve(RepeatedSteps.Of(graph, RepeatTrace.Of(graph, kept.Order, drops)!));
    }
}
