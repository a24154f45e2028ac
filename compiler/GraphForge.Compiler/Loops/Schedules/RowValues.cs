namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>What is the same all along a row: results of reductions, and values computed from them and from the row alone.</summary>
internal sealed class RowValues
{
    private readonly Dictionary<ReduceExpr, LoadExpr> _results;
    private readonly Dictionary<Expr, Expr> _withoutReductions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, LoadExpr> _registers = [];

    public RowValues(IEnumerable<ReduceExpr> reductions)
    {
        _results = reductions.Distinct().ToDictionary(r => r, r => new LoadExpr(new LoopBuffer($"row_{NameOf(r)}", r.Type, 1), 0));
    }

    /// <summary>The statements of the row so far.</summary>
    public List<Statement> Statements { get; } = [];

    public static string NameOf(ReduceExpr reduce) => reduce.Function.ToString().ToLowerInvariant();

    /// <summary>The value with registers in place of reductions.</summary>
    public Expr WithoutReductions(Expr expr)
    {
        if (_withoutReductions.TryGetValue(expr, out var done)) return done;
        if (expr is ReduceExpr reduce) return _withoutReductions[expr] = _results[reduce];
        return _withoutReductions[expr] = expr.MapOperands(WithoutReductions);
    }

    /// <summary>Puts the result of a reduction into its register.</summary>
    public void SetResult(ReduceExpr reduce, Expr value) => Set(_results[reduce].Buffer, value);

    /// <summary>The pass with registers in place of what none of its columns changes. Without columns nothing may be read.</summary>
    public RowPass Hoist(RowPass pass) => pass.Axes.Any(a => a.Extent == 0) ? pass : pass.Map(e => Hoist(e, pass.Axes, new Dictionary<Expr, Expr>(ReferenceEqualityComparer.Instance)));

    private Expr Hoist(Expr expr, IReadOnlyList<LoopVar> axes, Dictionary<Expr, Expr> memo)
    {
        if (memo.TryGetValue(expr, out var done)) return done;
        // A guard whose condition went into a register would no longer be known as one.
        if (expr.Variables.Overlaps(axes)) return memo[expr] = expr is SelectExpr { IsGuard: true } ? expr : expr.MapOperands(o => Hoist(o, axes, memo));
        return memo[expr] = IsInPlace(expr) ? expr : Register(expr);
    }

    private static bool IsInPlace(Expr expr) => expr is ConstantExpr or LoadExpr { Index.IsConstant: true, Buffer.Count: 1 } ||
        expr.Type == Runtime.DType.Bool && expr.DescendantsAndSelf().Any(e => e is InBoundsExpr or IndexValueExpr);

    private LoadExpr Register(Expr expr)
    {
        if (_registers.TryGetValue(expr, out var known)) return known;
        var register = new LoopBuffer("row_value", expr.Type, 1);
        Set(register, expr);
        return _registers[expr] = new LoadExpr(register, 0);
    }

    private void Set(LoopBuffer register, Expr value)
    {
        Statements.Add(new Allocate(register, BufferPlace.Register));
        Statements.Add(new Store(register, 0, value));
    }
}
