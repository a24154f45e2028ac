using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>A kernel of contractions over the same summed variables, its axes merged where every operand and result allows.</summary>
/// <param name="Stores">Results over <paramref name="Results"/>.</param>
/// <param name="Sums">The contractions inside the stored values, each over <paramref name="Summed"/>.</param>
/// <param name="Results">Result variables, outermost first.</param>
/// <param name="Summed">Summed variables, outermost first.</param>
internal sealed record CollapsedContraction(
    IReadOnlyList<StoreDefinition> Stores, IReadOnlyList<ReduceExpr> Sums, IReadOnlyList<LoopVar> Results, IReadOnlyList<LoopVar> Summed)
{
    public BinaryExpr Product(int sum) => (BinaryExpr)Sums[sum].Body;

    /// <summary>Null for anything else: a factor that is the same all along a sum, once movement is folded in, leaves a plain reduction.</summary>
    public static CollapsedContraction? Of(KernelDefinition definition)
    {
        var sums = definition.Reductions();
        if (sums.Count == 0 || !sums.All(NodeDefinition.IsContraction)) return null;
        var shared = sums[0].ReducedVariables;
        if (sums.Any(s => !s.ReducedVariables.Select(v => v.Extent).SequenceEqual(shared.Select(v => v.Extent)))) return null;
        var bodies = sums.Select(s => s.Body.Substitute(
            s.ReducedVariables.Zip(shared).ToDictionary(p => p.First, p => (IndexExpr)p.Second))).ToArray();
        var holes = sums.Select(s => new LoadExpr(new LoopBuffer("sum", s.Type, 1), 0)).ToArray();
        var outside = definition.Stores.Select(s => s with { Value = Replace(s.Value, sums, holes) }).ToArray();
        var indices = outside.SelectMany(s => AxisCollapse.IndicesOf(s.Value).Append(s.Index)).Concat(bodies.SelectMany(AxisCollapse.IndicesOf)).ToArray();
        var (results, resultValues) = AxisCollapse.Of(definition.Rows, indices, "i");
        var (summed, summedValues) = AxisCollapse.Of(shared, indices, "k");
        if (results.Count == 0 || summed.Count == 0) return null;
        var collapsed = bodies.Select((b, i) => new ReduceExpr(sums[i].Function, summed, b.Substitute(resultValues).Substitute(summedValues))).ToArray();
        if (!collapsed.All(c => c.Body is BinaryExpr)) return null;
        var stores = outside.Select(s => s.Substitute(results, resultValues)).Select(s => s with { Value = Replace(s.Value, holes, collapsed) }).ToArray();
        return new CollapsedContraction(stores, collapsed.Distinct().ToArray(), results, summed);
    }

    private static Expr Replace(Expr value, IReadOnlyList<Expr> targets, IReadOnlyList<Expr> replacements) =>
        targets.Zip(replacements).Aggregate(value, (v, pair) => v.Replace(pair.First, pair.Second));
}
