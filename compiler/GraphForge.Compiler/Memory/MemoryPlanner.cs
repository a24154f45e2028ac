using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Memory;

/// <summary>A planned program.</summary>
/// <param name="Order">Steps in execution order.</param>
/// <param name="Lifetimes">When each value lives, in positions of <paramref name="Order"/>.</param>
/// <param name="Layout">Where each value stands.</param>
/// <param name="Barriers">For each position, whether all workers must have finished every earlier step.</param>
/// <param name="Report">Figures for people.</param>
public sealed record MemoryPlan(
    IReadOnlyList<int> Order, Lifetimes Lifetimes, ArenaLayout Layout, IReadOnlyList<bool> Barriers, MemoryReport Report);

/// <summary>Orders steps, assigns offsets, places barriers and holds the result against a budget.</summary>
public static class MemoryPlanner
{
    private const int ReportedValues = 10;

    /// <param name="problem">The program.</param>
    /// <param name="budget">Most bytes the program may allocate in all; null for no limit.</param>
    /// <exception cref="GraphException">The plan needs more than the budget (<see cref="ErrorCode.OverBudget"/>).</exception>
    public static MemoryPlan Plan(PlanningProblem problem, long? budget = null)
    {
        var graph = new StepGraph(problem);
        var order = StepOrder.Choose(graph);
        var layout = OffsetAssignment.Assign(graph, order);
        // The order with the lower peak may pack worse.
        if (layout.ArenaBytes > layout.LowerBound && OffsetAssignment.Assign(graph, graph.GivenOrder) is var given &&
            given.ArenaBytes <= layout.ArenaBytes)
            (order, layout) = (graph.GivenOrder, given);
        var lifetimes = Lifetimes.Of(graph, order);
        var barriers = BarrierPlacement.Place(problem, order, layout.Offsets);
        var report = Describe(problem, order, lifetimes, layout);
        if (report.TotalBytes > budget) throw OverBudget(report, budget.Value);
        return new MemoryPlan(order, lifetimes, layout, barriers, report);
    }

    private static MemoryReport Describe(PlanningProblem problem, int[] order, Lifetimes lifetimes, ArenaLayout layout)
    {
        var peak = lifetimes.PeakPosition;
        var largest = problem.Values
            .Where(v => v.Bytes > 0 && lifetimes.Intervals[v.Id].First <= peak && peak <= lifetimes.Intervals[v.Id].Last)
            .OrderByDescending(v => v.Bytes).ThenBy(v => v.Id).Take(ReportedValues)
            .Select(v => new LiveValue(v.Name, v.Bytes, v.Source)).ToArray();
        return new MemoryReport(
            layout.ArenaBytes, layout.LowerBound, problem.StateBytes, problem.ConstantBytes, problem.PreparedBytes, problem.ScratchBytes,
            lifetimes.LiveBytes, order.Length == 0 ? "" : problem.Steps[order[peak]].Name, largest);
    }

    private static GraphException OverBudget(MemoryReport report, long budget)
    {
        var fixedBytes = report.TotalBytes - report.ArenaBytes;
        var remedy = fixedBytes > budget
            ? $"states, constants and scratch alone take {MemoryReport.Text(fixedBytes)}: " +
              "make the model smaller, or raise the budget."
            : $"a program whose values take at most {MemoryReport.Text(budget - fixedBytes)} at once would fit: " +
              "make the batch or the largest values smaller, or raise the budget.";
        return new GraphException(ErrorCode.OverBudget,
            $"the program needs {MemoryReport.Text(report.TotalBytes)}, {MemoryReport.Text(report.TotalBytes - budget)} more " +
            $"than the budget of {MemoryReport.Text(budget)} (arena {MemoryReport.Text(report.ArenaBytes)}, states " +
            $"{MemoryReport.Text(report.StateBytes)}, constants {MemoryReport.Text(report.ConstantBytes)}, scratch " +
            $"{MemoryReport.Text(report.ScratchBytes)}); {remedy}\nThe largest values, all alive during {report.PeakStep}:\n" +
            report.DescribePeak().TrimEnd('\n'),
            report.LargestAtPeak.Select(v => v.Source).FirstOrDefault(SourceLocation.Unknown));
    }
}
