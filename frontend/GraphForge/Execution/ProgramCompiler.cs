using GraphForge.Compiler.Graph;
using GraphForge.Jit;

namespace GraphForge.Execution;

/// <summary>The one place where a graph becomes something that runs.</summary>
internal static class ProgramCompiler
{
    /// <summary>What the search for a batch to recommend may take: nodes of the graph, and plans.</summary>
    private const int MaximumNodes = 5000, MaximumPlans = 12;

    /// <exception cref="GraphException">The graph is wrong, a symbol is unbound, or the plan exceeds the budget.</exception>
    public static BoundProgram Compile(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, StateStore states, CompileOptions options) =>
        options.Backend switch
        {
            Backend.Reference => new ReferenceProgram(Binding.Bind(graph, binding), states),
            _ => WithinBudget(graph, binding, states, options with { MemoryBudget = options.MemoryBudget ?? Free(graph, states, options) }, isDefault: options.MemoryBudget is null),
        };

    /// <summary>Begins what the first compilation will wait for.</summary>
    public static void Prepare(CompileOptions options)
    {
        if (options is { Backend: Backend.Compiled, Device: null }) CompiledBackend.Prepare(options);
    }

    private static long Free(ComputationGraph graph, StateStore states, CompileOptions options) => options.Device is { } device
        ? DefaultBudget.Of(device.AvailableTo(graph.States.Select(s => states[s])))
        : DefaultBudget.Of(graph);

    private static BoundProgram WithinBudget(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, StateStore states, CompileOptions options, bool isDefault)
    {
        try
        {
            return options.Device is { } device
                ? DeviceBackend.Compile(graph, binding, states, options, device)
                : CompiledBackend.Compile(graph, binding, states, options);
        }
        catch (GraphException refused) when (refused.Code == ErrorCode.OverBudget)
        {
            var origin = isDefault ? "\nThe budget is what the device has free, but for a tenth; CompileOptions.MemoryBudget sets another." : "";
            throw new GraphException(refused.Code, refused.Problem + origin + Fitting(graph, binding, options), refused.Location);
        }
    }

    /// <summary>What to run in place of the extent that does not fit, where one is the batch and finding out takes no long time.</summary>
    private static string Fitting(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompileOptions options)
    {
        var symbol = binding.Count == 1 ? binding.Keys.Single() : binding.Keys.FirstOrDefault(s => s == BatchSpec.Symbol);
        if (symbol is null || binding[symbol] <= symbol.Minimum || graph.TopologicalOrder().Count > MaximumNodes) return "";
        var search = new LargestExtent(symbol with { Maximum = binding[symbol] - 1 }, options.MemoryBudget!.Value, extent =>
            CompiledBackend.Plan(graph, BudgetSearch.With(binding, symbol, extent), options, CancellationToken.None));
        return search.Find(MaximumPlans) is { } largest
            ? $"\nThe largest {symbol.Name} that fits the budget as a whole is {(search.Plans < MaximumPlans ? "" : "at least ")}{largest}."
            : $"\nNo {symbol.Name} fits the budget, not even {symbol.Minimum}.";
    }
}
