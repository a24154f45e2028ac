using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Emit;

/// <summary>
/// Expressions already in a local variable, by block of the emitted code. An inner block sees what outer blocks computed, not
/// the other way round.
/// </summary>
internal sealed class ExpressionScope(ExpressionScope? outer, bool isGuarded)
{
    private readonly Dictionary<(Expr Expr, long Lanes), string> _texts = [];

    /// <summary>Whether the block runs under a bounds guard, so that its loads must stay inside it.</summary>
    public bool IsGuarded { get; } = isGuarded;

    /// <summary>How often each expression is used by the statements of the block.</summary>
    public Dictionary<Expr, int> Uses { get; } = [];

    /// <param name="expr">An expression.</param>
    /// <param name="lanes">Active lanes of the vector form; 0 for the scalar form.</param>
    public string? Find(Expr expr, long lanes) =>
        _texts.TryGetValue((expr, lanes), out var text) ? text : outer?.Find(expr, lanes);

    public void Remember(Expr expr, long lanes, string text) => _texts[(expr, lanes)] = text;

    public int UsesOf(Expr expr) => Uses.TryGetValue(expr, out var count) ? count : outer?.UsesOf(expr) ?? 1;

    public void CountUses(IEnumerable<Expr> roots)
    {
        var seen = new HashSet<Expr>();
        foreach (var root in roots) Count(root);

        void Count(Expr e)
        {
            Uses[e] = Uses.GetValueOrDefault(e) + 1;
            if (!seen.Add(e)) return;
            foreach (var operand in e.Operands) Count(operand);
        }
    }

    /// <summary>Forgets what depends on a buffer that is about to change.</summary>
    public void Invalidate(LoopBuffer buffer)
    {
        foreach (var key in _texts.Keys.Where(k => Reads(k.Expr, buffer)).ToArray()) _texts.Remove(key);
    }

    /// <summary>Forgets, in this block and those around it, what depends on buffers that others may have changed.</summary>
    public void InvalidateAll(IReadOnlySet<LoopBuffer> buffers)
    {
        foreach (var key in _texts.Keys.Where(k => Loads.Of(k.Expr).Any(l => buffers.Contains(l.Buffer))).ToArray()) _texts.Remove(key);
        outer?.InvalidateAll(buffers);
    }

    public static bool Reads(Expr expr, LoopBuffer buffer) => Loads.Of(expr).Any(l => l.Buffer == buffer);
}
