namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>An element of a buffer where indices are in bounds, and a constant elsewhere: what padding is to the one who reads it.</summary>
/// <param name="Load">The element.</param>
/// <param name="Bounds">What must all hold; empty where nothing is padded.</param>
/// <param name="Fill">The value elsewhere.</param>
internal sealed record PaddedLoad(LoadExpr Load, IReadOnlyList<InBoundsExpr> Bounds, ConstantExpr Fill)
{
    /// <summary>Null for values of any other form.</summary>
    public static PaddedLoad? Of(Expr value)
    {
        var bounds = new List<InBoundsExpr>();
        var padded = PaddedValue.Of(value);
        return padded.Value is LoadExpr load && padded.Conditions.All(c => Collect(c, bounds))
            ? new PaddedLoad(load, bounds, padded.Fill ?? ConstantExpr.Zero(load.Type))
            : null;
    }

    /// <summary>Values of a variable that are in bounds, the lowest and the one after the highest; null where that depends on other variables.</summary>
    public (long Low, long High)? Inside(LoopVar variable)
    {
        var (low, high) = (0L, variable.Extent);
        foreach (var bound in Bounds.Where(b => b.Variables.Contains(variable)))
        {
            if (bound.Index.Terms is not [(LoopVar, 1)]) return null;
            (low, high) = (Math.Max(low, bound.Low - bound.Index.Constant), Math.Min(high, bound.High - bound.Index.Constant));
        }
        return (low, Math.Max(low, high));
    }

    /// <summary><paramref name="body"/>, run where all bounds hold that do not depend on <paramref name="variable"/>.</summary>
    public Statement Guarded(LoopVar variable, Statement body) => Bounds.Where(b => !b.Variables.Contains(variable))
        .Aggregate(body, (inner, bound) => new If(bound, inner));

    private static bool Collect(Expr condition, List<InBoundsExpr> bounds)
    {
        if (condition is BinaryExpr { Function: BinaryFunction.And } both) return Collect(both.Left, bounds) && Collect(both.Right, bounds);
        if (condition is not InBoundsExpr bound) return false;
        bounds.Add(bound);
        return true;
    }
}
