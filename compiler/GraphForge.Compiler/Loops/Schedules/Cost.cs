namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>Rough work of computing one element, in units of one vectorised add; decides task sizes only, never results.</summary>
public static class Cost
{
    public static double OfElement(IEnumerable<StoreDefinition> stores) =>
        Math.Max(1, stores.SelectMany(s => s.Value.DescendantsAndSelf()).Distinct().Sum(Of) + stores.Count());

    /// <summary>What a contraction does with its sums, for an element of each result.</summary>
    public static double OfEpilogue(ContractionShape shape)
    {
        var finished = shape.Terms.Select(t => (Expr)new LoadExpr(new LoopBuffer("sum", t.Sum.Type, 1), 0)).ToArray();
        return OfElement(shape.Stores.Select(s => s with
        {
            Value = shape.Terms.Zip(finished).Aggregate(s.Value, (value, term) => value.Replace(term.First.Sum, term.Second)),
        }));
    }

    /// <summary>Work of computing a value with everything it is made of.</summary>
    public static double OfValue(Expr value) => value.DescendantsAndSelf().Sum(Of);

    private static double Of(Expr expr) => expr switch
    {
        UnaryExpr u => IsOneInstruction(u.Function) ? 0.5 : 8,
        BinaryExpr { Function: BinaryFunction.Power or BinaryFunction.Atan2 } => 20,
        RandomExpr => 30,
        ReduceExpr r => r.ReducedVariables.Aggregate(1.0, (p, v) => p * v.Extent) * 2,
        ConstantExpr => 0,
        _ => 0.5,
    };

    private static bool IsOneInstruction(UnaryFunction function) => function is
        UnaryFunction.Negate or UnaryFunction.Absolute or UnaryFunction.Sign or UnaryFunction.Sqrt or UnaryFunction.Floor or
        UnaryFunction.Ceiling or UnaryFunction.Round or UnaryFunction.Not;
}
