namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>A value where conditions hold, and one constant elsewhere: what padding and skipped steps are to the one who reads them.</summary>
/// <param name="Conditions">What must all hold, outermost first; empty where the value is always there.</param>
/// <param name="Fill">The constant elsewhere; null where the value is always there.</param>
/// <param name="Value">The value.</param>
internal sealed record PaddedValue(IReadOnlyList<Expr> Conditions, ConstantExpr? Fill, Expr Value)
{
    /// <summary>Takes a value out of the choices around it that have the same constant for their other branch.</summary>
    public static PaddedValue Of(Expr value)
    {
        var conditions = new List<Expr>();
        ConstantExpr? fill = null;
        while (value is SelectExpr { IsStrict: false, WhenFalse: ConstantExpr other } select && (fill is null || fill.Equals(other)))
        {
            conditions.Add(select.Condition);
            (fill, value) = (other, select.WhenTrue);
        }
        return new PaddedValue(conditions, fill, value);
    }
}
