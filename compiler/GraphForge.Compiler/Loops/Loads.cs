namespace GraphForge.Compiler.Loops;

/// <summary>Finds what an expression reads, also inside data-dependent indices.</summary>
public static class Loads
{
    /// <summary>What several expressions read, parts they share once.</summary>
    public static IReadOnlyList<LoadExpr> Of(IEnumerable<Expr> values)
    {
        var seen = new HashSet<Expr>(ReferenceEqualityComparer.Instance);
        var loads = new List<LoadExpr>();
        foreach (var value in values) Visit(value);
        return loads;

        void Visit(Expr expr)
        {
            if (!seen.Add(expr)) return;
            foreach (var operand in expr.Operands) Visit(operand);
            if (expr is LoadExpr load) loads.Add(load);
            foreach (var index in expr.Indices) loads.AddRange(Of(index));
        }
    }

    public static IEnumerable<LoadExpr> Of(Expr value) => value.DescendantsAndSelf().SelectMany(e =>
        (e is LoadExpr load ? [load] : Enumerable.Empty<LoadExpr>()).Concat(e.Indices.SelectMany(Of)));

    public static IEnumerable<LoadExpr> Of(IndexExpr index) => index.Terms.SelectMany(t => t.Atom switch
    {
        DataAtom d => Of(d.Value),
        FloorDivAtom d => Of(d.Value),
        ModAtom m => Of(m.Value),
        _ => [],
    });
}
