using GraphForge.Compiler.Graph;

namespace GraphForge.Execution;

/// <summary>How large the extents of a program may be for a budget.</summary>
/// <param name="graph">The program, for symbolic extents.</param>
/// <param name="inputs">What it takes.</param>
/// <param name="options">How it is compiled.</param>
internal sealed class BudgetSearch(ComputationGraph graph, InputSignature inputs, CompileOptions options)
{
    /// <exception cref="GraphException">No value fits, an extent is unknown or missing, or nothing is planned.</exception>
    public int Largest(
        string symbol, IReadOnlyList<(string Symbol, long Extent)> others, long budget, IProgress<BatchTrial>? progress, CancellationToken cancellationToken)
    {
        if (options.Backend != Backend.Compiled)
            throw new GraphException(ErrorCode.BadRunArgument, $"the {options.Backend} backend plans no memory; compile with {nameof(Backend)}.{nameof(Backend.Compiled)}.");
        var open = inputs.Symbols.FirstOrDefault(s => s.Name == symbol);
        var binding = inputs.Binding(inputs.Bind([.. others, (symbol, open?.Minimum ?? 0)]));
        var search = new LargestExtent(open! with { Maximum = Math.Min(open.Maximum, int.MaxValue) }, budget, extent => CompiledBackend.Plan(
            graph, With(binding, open, extent), options with { MemoryBudget = budget }, cancellationToken), progress);
        return (int)(search.Find() ?? throw new GraphException(ErrorCode.OverBudget,
            $"not even {symbol} = {open.Minimum} fits a budget of {budget:N0} bytes: the program then needs at least " +
            $"{search.Need!.TotalBytes:N0} bytes, {search.Need.StateBytes:N0} of them for parameters and other states; raise the budget to that, " +
            "or make the model smaller."));
    }

    public static Dictionary<DimSymbol, long> With(IReadOnlyDictionary<DimSymbol, long> binding, DimSymbol symbol, long extent) =>
        new(binding) { [symbol] = extent };
}
