namespace GraphForge.Compiler.Loops;

/// <summary>Finds what an expression reads, also inside data-dependent indices.</summary>
public static class Loads
{
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
