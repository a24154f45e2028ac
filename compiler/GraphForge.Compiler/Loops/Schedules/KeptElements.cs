using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Elements that cost more to compute again than to read back, and that a later pass over the same row wants: the first pass
/// that needs one writes it to scratch memory, as long as a row of them stays in cache.
/// </summary>
internal sealed class KeptElements
{
    /// <summary>Vectorised adds that a store and a load from cache are worth.</summary>
    private const double ReadBack = 6;

    /// <summary>Half of a typical second-level cache; the other half is for the row's operands.</summary>
    private const long MostBytes = 512 * 1024;

    private readonly Dictionary<Expr, int> _lastUse = [];
    private readonly Dictionary<Expr, LoadExpr> _kept = [];
    private readonly IReadOnlyList<RowPass> _passes;
    private long _bytes;

    /// <param name="passes">Vectorised passes in order.</param>
    public KeptElements(IReadOnlyList<RowPass> passes)
    {
        _passes = passes;
        foreach (var (i, pass) in passes.Index())
            foreach (var expr in pass.Bodies.SelectMany(b => b.DescendantsAndSelf())) _lastUse[expr] = i;
    }

    /// <summary>A pass that reads what earlier ones kept and keeps what later ones read; to be asked in order.</summary>
    public RowPass In(RowPass pass)
    {
        var position = _passes.Index().First(p => ReferenceEquals(p.Item, pass)).Index;
        var visit = new Visit(this, pass.Axes, position);
        var bodies = pass.Bodies.Select(b => visit.Of(b, mayKeep: true)).ToArray();
        foreach (var (expr, load) in visit.Loads) _kept[expr] = load;
        return pass with { Bodies = bodies, Kept = visit.Stores };
    }

    private bool IsWorthKeeping(Expr expr, IReadOnlyList<LoopVar> axes, int position)
    {
        if (_lastUse[expr] <= position || expr.Type.Size() == 1 || Cost.OfColumn(expr, axes) < ReadBack) return false;
        var bytes = axes.Aggregate((long)expr.Type.Size(), (p, v) => p * v.Extent);
        if (_bytes + bytes > MostBytes) return false;
        _bytes += bytes;
        return true;
    }

    /// <summary>The rewriting of one pass.</summary>
    private sealed class Visit(KeptElements kept, IReadOnlyList<LoopVar> axes, int position)
    {
        private readonly Dictionary<Expr, Expr> _done = [];

        public List<StoreDefinition> Stores { get; } = [];

        public List<(Expr Expr, LoadExpr Load)> Loads { get; } = [];

        /// <param name="expr">A value of the pass.</param>
        /// <param name="mayKeep">False inside a value that is kept whole.</param>
        public Expr Of(Expr expr, bool mayKeep)
        {
            if (kept._kept.TryGetValue(expr, out var load)) return load;
            if (_done.TryGetValue(expr, out var done)) return done;
            if (!expr.Variables.Overlaps(axes)) return _done[expr] = expr;
            var keeps = mayKeep && kept.IsWorthKeeping(expr, axes, position);
            // What a guard protects is computed nowhere else.
            var value = expr is SelectExpr { IsGuard: true } ? expr : expr.MapOperands(o => Of(o, mayKeep && !keeps));
            if (keeps) Keep(expr, value);
            return _done[expr] = value;
        }

        private void Keep(Expr expr, Expr value)
        {
            var buffer = new LoopBuffer("kept", expr.Type, axes.Aggregate(1L, (p, v) => p * v.Extent));
            var index = LoopIndices.Linear(axes);
            Stores.Add(new StoreDefinition(axes, buffer, index, value));
            Loads.Add((expr, new LoadExpr(buffer, index)));
        }
    }
}
