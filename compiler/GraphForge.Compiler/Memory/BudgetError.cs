using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Memory;

/// <summary>Tells that no plan fits a budget, by how much, what makes the peak, and what would work.</summary>
internal static class BudgetError
{
    /// <param name="unconstrained">The plan without a budget.</param>
    /// <param name="smallest">The smallest plan.</param>
    /// <param name="choices">What the smallest plan does to be so small.</param>
    /// <param name="budget">In bytes.</param>
    public static GraphException Of(MemoryReport unconstrained, MemoryReport smallest, string choices, long budget) => new(
        ErrorCode.OverBudget,
        $"the program needs {MemoryReport.Text(unconstrained.TotalBytes)}, {MemoryReport.Text(unconstrained.TotalBytes - budget)} more " +
        $"than the budget of {MemoryReport.Text(budget)} (arena {MemoryReport.Text(unconstrained.ArenaBytes)}, states " +
        $"{MemoryReport.Text(unconstrained.StateBytes)}, constants {MemoryReport.Text(unconstrained.ConstantBytes)}, scratch " +
        $"{MemoryReport.Text(unconstrained.ScratchBytes)}{(unconstrained.StagingBytes == 0 ? "" : $", staging {MemoryReport.Text(unconstrained.StagingBytes)}")}); {Remedy(unconstrained, smallest, choices, budget)}\nThe largest values, all alive during {unconstrained.PeakStep}:\n" +
        unconstrained.DescribePeak().TrimEnd('\n'),
        unconstrained.LargestAtPeak.Select(v => v.Source).FirstOrDefault(SourceLocation.Unknown));

    private static string Remedy(MemoryReport unconstrained, MemoryReport smallest, string choices, long budget)
    {
        var fixedBytes = unconstrained.TotalBytes - unconstrained.ArenaBytes - unconstrained.StagingBytes;
        var least = $"the smallest budget that works is {smallest.TotalBytes:N0} bytes, {choices}";
        if (smallest.FloorBytes > budget && smallest.FloorBytes < smallest.TotalBytes) least += $", and with less than {smallest.FloorBytes:N0} there is a step that cannot run";
        return fixedBytes > budget
            ? $"states, constants and scratch alone take {MemoryReport.Text(fixedBytes)}, and {least}: raise the budget to that, or make the model smaller."
            : $"{least}: raise the budget to that, or make the batch smaller.";
    }
}
