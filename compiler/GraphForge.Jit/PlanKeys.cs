using GraphForge.Compiler;
using GraphForge.Compiler.Graph;

namespace GraphForge.Jit;

/// <summary>
/// Under which keys the plans of a program are kept: of the plan made without a budget, and of the one made where that does not fit. A
/// budget that holds the first finds it, so that budgets that follow the free memory of the moment do not make plans anew.
/// </summary>
/// <param name="Unconstrained">Of the plan made without a budget.</param>
/// <param name="Constrained">Of the plan within the budget; null without one.</param>
internal sealed record PlanKeys(CacheKey Unconstrained, CacheKey? Constrained)
{
    /// <summary>In the order to look them up.</summary>
    public IEnumerable<CacheKey> All => Constrained is null ? [Unconstrained] : [Unconstrained, Constrained];

    /// <param name="graph">The graph as it was traced.</param>
    /// <param name="binding">Extents of its symbols.</param>
    /// <param name="options">How it is compiled.</param>
    /// <param name="kernelApi">Version of what kernels are compiled against besides the core library; empty for nothing.</param>
    public static PlanKeys Of(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, string kernelApi = "")
    {
        var fingerprint = GraphFingerprint.Of(graph);
        var unconstrained = CacheKey.OfPlan(fingerprint, binding, options with { MemoryBudget = null }, kernelApi);
        return new PlanKeys(unconstrained, options.MemoryBudget is null ? null : CacheKey.OfPlan(fingerprint, binding, options, kernelApi));
    }

    /// <summary>Of a plan that was made.</summary>
    /// <param name="source">The plan.</param>
    public CacheKey Of(CompiledSource source) => source.IsConstrained ? Constrained ?? Unconstrained : Unconstrained;
}
