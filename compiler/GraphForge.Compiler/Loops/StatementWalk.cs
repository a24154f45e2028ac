namespace GraphForge.Compiler.Loops;

/// <summary>Walks and rebuilds statement trees.</summary>
public static class StatementWalk
{
    /// <summary>The statement and everything inside it, outer first.</summary>
    public static IEnumerable<Statement> All(Statement root)
    {
        yield return root;
        IEnumerable<Statement> children = root switch
        {
            Block b => b.Statements,
            For f => [f.Body],
            If i => [i.Body],
            _ => [],
        };
        foreach (var child in children)
            foreach (var inner in All(child)) yield return inner;
    }

    /// <summary>Every expression directly used by a statement.</summary>
    public static IEnumerable<Expr> Expressions(Statement statement) => statement switch
    {
        Store s => [s.Value],
        If i => [i.Condition],
        _ => [],
    };

    /// <summary>Replaces loop variables in every index, limit and expression.</summary>
    public static Statement Substitute(Statement root, IReadOnlyDictionary<LoopVar, IndexExpr> values) => root switch
    {
        Block b => new Block(b.Statements.Select(s => Substitute(s, values)).ToArray()),
        For f => new For(f.Variable, f.Kind, Substitute(f.Body, values), f.Limit?.Substitute(values), f.Note),
        If i => new If(i.Condition.Substitute(values), Substitute(i.Body, values)),
        Store s => new Store(s.Buffer, s.Index.Substitute(values), s.Value.Substitute(values), s.Accumulate),
        _ => root,
    };

    /// <summary>Loop variables any index or expression below uses.</summary>
    public static HashSet<LoopVar> Variables(Statement root)
    {
        var set = new HashSet<LoopVar>();
        foreach (var statement in All(root))
        {
            foreach (var e in Expressions(statement)) set.UnionWith(e.Variables);
            if (statement is Store s) set.UnionWith(s.Index.Variables);
            if (statement is For { Limit: { } limit }) set.UnionWith(limit.Variables);
        }
        return set;
    }
}
