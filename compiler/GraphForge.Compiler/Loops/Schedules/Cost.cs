namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>Rough work of computing one element, in units of one vectorised add; decides task sizes, unrolling and what is kept, never values.</summary>
public static class Cost
{
    /// <summary>Of reading elements that are no neighbours into lanes, one by one.</summary>
    private const double Gather = 16;

    private const double LargestUnrolledEpilogue = 5;

    public static double OfElement(IEnumerable<StoreDefinition> stores) =>
        Math.Max(1, stores.SelectMany(s => s.Value.DescendantsAndSelf()).Distinct().Sum(Of) + stores.Count());

    /// <summary>Work of computing a value with everything it is made of.</summary>
    public static double OfValue(Expr value) => value.DescendantsAndSelf().Distinct().Sum(Of);

    /// <summary>Of all that changes along the columns of a row.</summary>
    public static double OfColumn(Expr value, IReadOnlyList<LoopVar> columns) => value.DescendantsAndSelf().Distinct()
        .Where(e => e.Variables.Overlaps(columns))
        .Sum(e => e is LoadExpr load && !LaneAnalysis.IsContiguous(load.Index, columns[^1]) ? Gather : Of(e));

    /// <summary>
    /// Whether what follows the sums of a tile is too much to be written out for every vector of it, straight from the registers: it
    /// would fill the instruction cache, and the functions it calls would no longer be inlined.
    /// </summary>
    public static bool IsLoop(IReadOnlyList<StoreDefinition> stores, IReadOnlyList<ReduceExpr> sums) => OfElement(stores.Select(s => s with
    {
        Value = sums.Aggregate(s.Value, (v, sum) => v.Replace(sum, new LoadExpr(new LoopBuffer("sum", sum.Type, 1), 0))),
    })) > LargestUnrolledEpilogue;

    /// <summary>Of the expression alone, its operands given.</summary>
    internal static double Of(Expr expr) => expr switch
    {
        UnaryExpr { Function: UnaryFunction.Sqrt } => 10,
        UnaryExpr u => IsOneInstruction(u.Function) ? 0.5 : 12,
        BinaryExpr { Function: BinaryFunction.Power or BinaryFunction.Atan2 } => 20,
        BinaryExpr { Function: BinaryFunction.Divide } => 8,
        RandomExpr => 30,
        ReduceExpr r => r.ReducedVariables.Aggregate(1.0, (p, v) => p * v.Extent) * 2,
        ConstantExpr => 0,
        _ => 0.5,
    };

    private static bool IsOneInstruction(UnaryFunction function) => function is
        UnaryFunction.Negate or UnaryFunction.Absolute or UnaryFunction.Sign or UnaryFunction.Floor or
        UnaryFunction.Ceiling or UnaryFunction.Round or UnaryFunction.Not;
}
