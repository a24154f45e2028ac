namespace GraphForge.Compiler.Loops;

/// <summary>Walks and rebuilds statement trees.</summary>
public static class StatementWalk
{
    /// <summary>The statement and everything inside it, outer first.</summary>
    public static IEnumerable<Statement> All(Statement root) => Walk(root, s => s is Routine r ? [r.Body] : []);

    /// <summary>The same without what stands in routines.</summary>
    public static IEnumerable<Statement> Around(Statement root) => Walk(root, _ => []);

    private static IEnumerable<Statement> Walk(Statement root, Func<Statement, IEnumerable<Statement>> other)
    {
        yield return root;
        IEnumerable<Statement> children = root switch
        {
            Block b => b.Statements,
            For f => [f.Body],
            If i => [i.Body],
            _ => other(root),
        };
        foreach (var child in children)
            foreach (var inner in Walk(child, other)) yield return inner;
    }

    /// <summary>Every expression directly used by a statement.</summary>
    public static IEnumerable<Expr> Expressions(Statement statement) => statement switch
    {
        Store s => [s.Value],
        If i => [i.Condition],
        WarpMultiply m => m.Left.Concat(m.Right),
        _ => [],
    };

    /// <summary>Every index and limit directly used by a statement, outside its expressions.</summary>
    public static IEnumerable<IndexExpr> Indices(Statement statement) => statement switch
    {
        Store s => [s.Index],
        Prefetch p => [p.Index],
        For { Limit: { } limit } => [limit],
        Transpose t => [t.Target.Start, t.Source.Start, t.Columns],
        _ => [],
    };

    /// <summary>Replaces loop variables in every index, limit and expression.</summary>
    public static Statement Substitute(Statement root, IReadOnlyDictionary<LoopVar, IndexExpr> values) => root switch
    {
        Block b => new Block(b.Statements.Select(s => Substitute(s, values)).ToArray()),
        For f => new For(f.Variable, f.Kind, Substitute(f.Body, values), f.Limit?.Substitute(values), f.Note),
        If i => new If(i.Condition.Substitute(values), Substitute(i.Body, values)),
        Routine r => new Routine(r.Name, Substitute(r.Body, values)),
        Store s => new Store(s.Buffer, s.Index.Substitute(values), s.Value.Substitute(values), s.Accumulate),
        WarpMultiply m => new WarpMultiply(m.Target, m.First, [.. m.Left.Select(e => e.Substitute(values))], [.. m.Right.Select(e => e.Substitute(values))], m.Element),
        Prefetch p => new Prefetch(p.Buffer, p.Index.Substitute(values)),
        Transpose t => new Transpose(t.Target.Substitute(values), t.Source.Substitute(values), t.Rows, t.Columns.Substitute(values)),
        _ => root,
    };

    /// <summary>Loop variables any index or expression below uses.</summary>
    public static HashSet<LoopVar> Variables(Statement root)
    {
        var set = new HashSet<LoopVar>();
        foreach (var statement in All(root))
        {
            foreach (var e in Expressions(statement)) set.UnionWith(e.Variables);
            foreach (var index in Indices(statement)) set.UnionWith(index.Variables);
        }
        return set;
    }
}
