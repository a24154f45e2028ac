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
    RepeatedSteps Program, IReadOnlyList<int> Order, Lifetimes Lifetimes, ArenaLayout Layout, IReadOnlyList<bool> Barriers, MemoryReport Report)
{
    /// <summary>Modelled time of a run, copies to and from the host beside its other steps.</summary>
    public double Milliseconds => CopyOverlap.Milliseconds(this);
}

/// <summary>Orders steps, decides what is kept and what is computed again, assigns offsets and places barriers.</summary>
public static class MemoryPlanner
{
    /// <summary>Searches for one budget: a layout may need more than the bytes that live at once, and the next search aims lower.</summary>
    private const int MaximumSearches = 6;

    /// <summary>
    /// The plan of least modelled time that was found within a budget, and the smallest there is where none fits; without a budget the
    /// one of least memory that computes again no more than what costs next to nothing.
    /// </summary>
    /// <param name="problem">The program.</param>
    /// <param name="budget">Most bytes the program may allocate in all; null for no limit.</param>
    public static MemoryPlan Plan(PlanningProblem problem, long? budget = null)
    {
        var graph = new StepGraph(problem);
        var kept = Kept(graph);
        var plan = budget is not { } bytes || kept.Report.TotalBytes <= bytes ? SmallestPlan.Cheaply(graph, kept)
            // What a search aims at may pack badly where a lower aim packs well.
            : Within(graph, kept, bytes) ?? SmallestPlan.Of(graph, kept);
        var report = kept.Report;
        var floor = report.TotalBytes - report.ArenaBytes + SmallestPlan.LargestStep(graph);
        return plan with { Report = plan.Report with { KeptBytes = report.TotalBytes, FloorBytes = floor } };
    }

    /// <summary>A plan within the budget that gives values up; null where none was found.</summary>
    /// <param name="graph">The program.</param>
    /// <param name="kept">Its plan that keeps everything.</param>
    /// <param name="budget">Most bytes the program may allocate in all.</param>
    internal static MemoryPlan? Within(StepGraph graph, MemoryPlan kept, long budget)
    {
        var limit = budget - kept.Report.TotalBytes + kept.Report.ArenaBytes;
        var target = limit;
        for (var search = 0; search < MaximumSearches && target > 0; search++)
        {
            MemoryPlan[] plans = [.. RecomputeSearch.Answers(graph, [.. kept.Order], target).Select(trace => Solve(RepeatedSteps.Of(graph, trace)))];
            if (plans.Length == 0) return null;
            if (plans.Where(p => p.Layout.ArenaBytes <= limit).Select(p => CopyOverlap.Of(p, limit)).MinBy(p => p.Milliseconds) is { } plan) return plan;
            target -= plans.Min(p => p.Layout.ArenaBytes) - limit;
        }
        return null;
    }

    /// <summary>The plan of a program that keeps what it computes until it was used last; the start of every other one.</summary>
    internal static MemoryPlan Kept(StepGraph graph) => Solve(RepeatedSteps.None(graph.Problem), graph);

    /// <summary>Orders and places the steps of a program whose repeats are decided.</summary>
    internal static MemoryPlan Solve(RepeatedSteps program) => Solve(program, new StepGraph(program.Problem));

    private static MemoryPlan Solve(RepeatedSteps program, StepGraph graph)
    {
        var order = StepOrder.Choose(graph);
        var layout = OffsetAssignment.Assign(graph, order);
        // The order with the lowest peak may pack worse than another.
        if (layout.ArenaBytes > layout.LowerBound && OffsetAssignment.Assign(graph, graph.GivenOrder) is var given &&
            given.ArenaBytes <= layout.ArenaBytes)
            (order, layout) = (graph.GivenOrder, given);
        foreach (var other in layout.ArenaBytes > layout.LowerBound ? StepOrder.Candidates(graph) : [])
            if (StepOrder.Peak(graph, other) < layout.ArenaBytes && OffsetAssignment.Assign(graph, other) is var packed &&
                packed.ArenaBytes < layout.ArenaBytes)
                (order, layout) = (other, packed);
        (order, layout) = PhaseLayout.Of(graph, order, layout);
        return Written(program, graph, order, layout);
    }

    /// <summary>The plan for an order and the places of its values.</summary>
    internal static MemoryPlan Written(RepeatedSteps program, StepGraph graph, int[] order, ArenaLayout layout)
    {
        var lifetimes = Lifetimes.Of(graph, order);
        var barriers = BarrierPlacement.Place(program.Problem, order, layout.Offsets);
        var report = MemoryReport.Of(program.Problem, order, lifetimes, layout) with { Choices = [.. Choices(program)], HostBytes = program.HostBytes };
        return new MemoryPlan(program, order, lifetimes, layout, barriers, report);
    }

    /// <summary>A line for each step that runs again, and one for each value at the host with all its copies.</summary>
    private static IEnumerable<MemoryChoice> Choices(RepeatedSteps program)
    {
        var transfers = program.Problem.Steps.Where(s => s.Transfer != HostTransfer.None).ToLookup(s => s.StateReads.Concat(s.StateWrites).Single());
        var fetched = new HashSet<int>();
        foreach (var repeat in program.Repeats.Order())
        {
            var step = program.Problem.Steps[repeat];
            var value = program.Problem.Values[step.Writes[0]];
            if (step.Transfer == HostTransfer.None)
                yield return new MemoryChoice(MemoryChoiceKind.Recompute, string.Join(", ", step.Writes.Select(w => program.Problem.Values[w].Name)),
                    value.Source, step.Writes.Sum(w => program.Problem.Values[w].Bytes), step.Milliseconds);
            else if (fetched.Add(step.StateReads[0]))
                yield return new MemoryChoice(MemoryChoiceKind.Offload, value.Name, value.Source, value.Bytes, transfers[step.StateReads[0]].Sum(s => s.Milliseconds));
        }
    }
}
