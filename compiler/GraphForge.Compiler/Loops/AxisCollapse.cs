namespace GraphForge.Compiler.Loops;

/// <summary>
/// Merges neighbouring loop variables (a, b) into one where every index treats them as one dense axis, that is where the
/// stride of a is the stride of b times b's extent. Fewer, longer loops vectorise better and need less index arithmetic.
/// </summary>
public static class AxisCollapse
{
    /// <summary>The variables left, and what each original variable is in terms of them.</summary>
    public static (IReadOnlyList<LoopVar> Variables, IReadOnlyDictionary<LoopVar, IndexExpr> Values) Of(
        IReadOnlyList<LoopVar> variables, IEnumerable<IndexExpr> indices, string prefix)
    {
        var used = indices.Distinct().ToArray();
        var groups = new List<List<LoopVar>>();
        foreach (var variable in variables.Where(v => v.Extent != 1))
        {
            if (groups.Count > 0 && used.All(i => AreDense(groups[^1][^1], variable, i))) groups[^1].Add(variable);
            else groups.Add([variable]);
        }
        var merged = new List<LoopVar>();
        var values = new Dictionary<LoopVar, IndexExpr>();
        foreach (var group in groups)
        {
            var flat = new LoopVar($"{prefix}{merged.Count}", group.Aggregate(1L, (p, v) => p * v.Extent));
            merged.Add(flat);
            var parts = IndexExpr.Unravel(flat, group.Select(v => v.Extent).ToArray());
            for (var i = 0; i < group.Count; i++) values[group[i]] = parts[i];
        }
        foreach (var variable in variables.Where(v => v.Extent == 1)) values[variable] = 0;
        return (merged, values);
    }

    /// <summary>Every index an expression uses, at any depth.</summary>
    public static IEnumerable<IndexExpr> IndicesOf(Expr expr) => expr.DescendantsAndSelf().SelectMany(e => e.Indices);

    private static bool AreDense(LoopVar outer, LoopVar inner, IndexExpr index)
    {
        if (index.Terms.Any(t => t.Atom is not LoopVar && new IndexExprOf(t.Atom).DependsOn(outer, inner))) return false;
        return index.Coefficient(outer) == index.Coefficient(inner) * inner.Extent;
    }

    private readonly record struct IndexExprOf(IndexAtom Atom)
    {
        public bool DependsOn(LoopVar a, LoopVar b) => ((IndexExpr)Atom).Variables.Any(v => v == a || v == b);
    }
}
