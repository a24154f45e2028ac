using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Memory;

/// <summary>A planned program.</summary>
/// <param name="Program">The steps and values, those computed again included.</param>
/// <param name="Order">Steps of <paramref name="Program"/> in execution order.</param>
/// <param name="Lifetimes">When each value lives, in positions of <paramref name="Order"/>.</param>
/// <param name="Layout">Where each value stands.</param>
/// <param name="Barriers">For each position, whether all workers must have finished every earlier step.</param>
/// <param name="Report">Figures for people.</param>
public sealed record MemoryPlan(
    RepeatedSteps Program, IReadOnlyList<int> Order, Lifetimes Lifetimes, ArenaLayout Layout, IReadOnlyList<bool> Barriers, MemoryReport Report);

/// <summary>Orders steps, decides what is kept and what is computed again, assigns offsets and places barriers.</summary>
public static class MemoryPlanner
{
    private const int ReportedValues = 10;

    /// <summary>Searches for one budget: a layout may need more than the bytes that live at once, and the next search aims lower.</summary>
    private const int MaximumSearches = 6;

    /// <summary>The plan of least modelled time that was found within a budget, and the smallest there is where none fits; the one of least memory without a budget.</summary>
    /// <param name="problem">The program.</param>
    /// <param name="budget">Most bytes the program may allocate in all; null for no limit.</param>
    public static MemoryPlan Plan(PlanningProblem problem, long? budget = null)
    {
        var kept = Kept(problem);
        if (budget is not { } bytes || kept.Report.TotalBytes <= bytes) return kept;
        // What a search aims at may pack badly where a lower aim packs well.
        return Within(problem, kept, bytes) ?? SmallestBudget.Of(problem, kept);
    }

    /// <summary>A plan within the budget that computes values again; null where none was found.</summary>
    /// <param name="problem">The program.</param>
    /// <param name="kept">Its plan that keeps everything.</param>
    /// <param name="budget">Most bytes the program may allocate in all.</param>
    internal static MemoryPlan? Within(PlanningProblem problem, MemoryPlan kept, long budget)
    {
        var graph = new StepGraph(problem);
        var limit = budget - kept.Report.TotalBytes + kept.Report.ArenaBytes;
        var target = limit;
        for (var search = 0; search < MaximumSearches && target > 0; search++)
        {
            if (RecomputeSearch.Within(graph, [.. kept.Order], target) is not { } trace) return null;
            var plan = Solve(RepeatedSteps.Of(graph, trace));
            if (plan.Layout.ArenaBytes <= limit) return plan;
            target -= plan.Layout.ArenaBytes - limit;
        }
        return null;
    }

    /// <summary>The plan of a program that keeps what it computes until it was used last.</summary>
    private static MemoryPlan Kept(PlanningProblem problem) => Solve(RepeatedSteps.None(problem));

    /// <summary>Orders and places the steps of a program whose repeats are decided.</summary>
    internal static MemoryPlan Solve(RepeatedSteps program)
    {
        var graph = new StepGraph(program.Problem);
        var order = StepOrder.Choose(graph);
        var layout = OffsetAssignment.Assign(graph, order);
        // The order with the lower peak may pack worse.
        if (layout.ArenaBytes > layout.LowerBound && OffsetAssignment.Assign(graph, graph.GivenOrder) is var given &&
            given.ArenaBytes <= layout.ArenaBytes)
            (order, layout) = (graph.GivenOrder, given);
        var lifetimes = Lifetimes.Of(graph, order);
        var barriers = BarrierPlacement.Place(program.Problem, order, layout.Offsets);
        return new MemoryPlan(program, order, lifetimes, layout, barriers, Describe(program.Problem, order, lifetimes, layout));
    }

    private static MemoryReport Describe(PlanningProblem problem, int[] order, Lifetimes lifetimes, ArenaLayout layout)
    {
        var peak = lifetimes.PeakPosition;
        var largest = problem.Values
            .Where(v => v.Bytes > 0 && lifetimes.Intervals[v.Id].First <= peak && peak <= lifetimes.Intervals[v.Id].Last)
            .OrderByDescending(v => v.Bytes).ThenBy(v => v.Id).Take(ReportedValues)
            .Select(v => new LiveValue(v.Name, v.Bytes, v.Source)).ToArray();
        return new MemoryReport(
            layout.ArenaBytes, layout.LowerBound, problem.StateBytes, problem.ConstantBytes, problem.ScratchBytes,
            lifetimes.LiveBytes, order.Length == 0 ? "" : problem.Steps[order[peak]].Name, largest);
    }
}
