using GraphForge.Compiler.Graph;
using GraphForge.Execution;

namespace GraphForge;

/// <content>How much memory buys.</content>
public sealed partial class Training
{
    /// <summary>
    /// The largest batch whose step fits a budget as a whole, values that are given up and computed again included; larger ones may
    /// still run, in slices. Exact: a step of one sample more does not fit. About a dozen plans are made and nothing is compiled.
    /// </summary>
    /// <param name="budget">Most bytes the step may take in all, parameters and optimizer state included.</param>
    /// <param name="progress">Told of every size that is tried, on this thread.</param>
    /// <param name="cancellationToken">Ends the search, with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="GraphException">
    /// Not even the smallest batch fits (<see cref="ErrorCode.OverBudget"/>), or the inputs have no open extent, or more than one.
    /// </exception>
    public int LargestBatch(long budget, IProgress<BatchTrial>? progress = null, CancellationToken cancellationToken = default) =>
        LargestBatch(budget, _inputs.OnlySymbol(), [], progress, cancellationToken);

    /// <summary>The largest value of one extent whose step fits a budget, given the others: <c>LargestBatch(budget, "batch", [("length", 128)])</c>.</summary>
    /// <param name="budget">Most bytes the step may take in all, parameters and optimizer state included.</param>
    /// <param name="symbol">Name of the extent to enlarge.</param>
    /// <param name="others">Every other open extent of the inputs.</param>
    /// <param name="progress">Told of every value that is tried, on this thread.</param>
    /// <param name="cancellationToken">Ends the search, with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="GraphException">
    /// Not even the smallest value fits (<see cref="ErrorCode.OverBudget"/>), or an extent is unknown, missing or out of bounds.
    /// </exception>
    public int LargestBatch(long budget, string symbol, IReadOnlyList<(string Symbol, long Extent)> others,
        IProgress<BatchTrial>? progress = null, CancellationToken cancellationToken = default) =>
        new BudgetSearch(_step.Graph, _inputs, _options).Largest(symbol, others, budget, progress, cancellationToken);
}
