using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Memory;

/// <summary>Tells that no plan fits a budget, by how much, what makes the peak, and what would work.</summary>
internal static class BudgetError
{
    /// <param name="kept">The plan that keeps every value.</param>
    /// <param name="smallest">The smallest plan.</param>
    /// <param name="choices">What the smallest plan does to be so small.</param>
    /// <param name="budget">In bytes.</param>
    public static GraphException Of(MemoryReport kept, MemoryReport smallest, string choices, long budget) => new(
        ErrorCode.OverBudget,
        $"the program needs {MemoryReport.Text(kept.TotalBytes)}, {MemoryReport.Text(kept.TotalBytes - budget)} more " +
        $"than the budget of {MemoryReport.Text(budget)} (arena {MemoryReport.Text(kept.ArenaBytes)}, states " +
        $"{MemoryReport.Text(kept.StateBytes)}, constants {MemoryReport.Text(kept.ConstantBytes)}, scratch " +
        $"{MemoryReport.Text(kept.ScratchBytes)}); {Remedy(kept, smallest, choices, budget)}\nThe largest values, all alive during {kept.PeakStep}:\n" +
        kept.DescribePeak().TrimEnd('\n'),
        kept.LargestAtPeak.Select(v => v.Source).FirstOrDefault(SourceLocation.Unknown));

    private static string Remedy(MemoryReport kept, MemoryReport smallest, string choices, long budget)
    {
        var (fixedBytes, least) = (kept.TotalBytes - kept.ArenaBytes, $"the smallest budget that works is {smallest.TotalBytes:N0} bytes, {choices}");
        return fixedBytes > budget
            ? $"states, constants and scratch alone take {MemoryReport.Text(fixedBytes)}, and {least}: raise the budget to that, or make the model smaller."
            : $"{least}: raise the budget to that, or make the batch smaller.";
    }
}
