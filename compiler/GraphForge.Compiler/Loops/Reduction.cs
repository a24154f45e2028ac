using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>Facts about reduction functions.</summary>
public static class Reduction
{
    /// <summary>The value that changes nothing when combined; for arg forms, the extreme every element beats or equals.</summary>
    public static Scalar Neutral(ReduceFunction function, DType type) => function switch
    {
        ReduceFunction.Sum => Scalar.Of(type, 0L),
        ReduceFunction.Product => Scalar.Of(type, 1L),
        ReduceFunction.Minimum or ReduceFunction.ArgMinimum => Extreme(type, largest: true),
        _ => Extreme(type, largest: false),
    };

    /// <summary>How two partial results combine.</summary>
    public static BinaryFunction Combine(ReduceFunction function) => function switch
    {
        ReduceFunction.Sum => BinaryFunction.Add,
        ReduceFunction.Product => BinaryFunction.Multiply,
        ReduceFunction.Minimum => BinaryFunction.Minimum,
        ReduceFunction.Maximum => BinaryFunction.Maximum,
        _ => throw new InternalCompilerException("reduce", $"{function} combines positions, not values"),
    };

    /// <summary>
    /// One element of an arg reduction: keeps the best value and its position. The first extreme wins; NaN beats every number,
    /// and the first NaN stays.
    /// </summary>
    public static IEnumerable<Statement> ArgStep(ReduceExpr reduce, Expr value, LoopBuffer best, LoopBuffer position)
    {
        var current = new LoadExpr(best, 0);
        var (less, greater) = reduce.Function == ReduceFunction.ArgMaximum ? (current, value) : (value, (Expr)current);
        Expr better = new BinaryExpr(BinaryFunction.Less, less, greater);
        if (value.Type.IsFloat())
            better = new BinaryExpr(BinaryFunction.Or, better, new BinaryExpr(BinaryFunction.And,
                new BinaryExpr(BinaryFunction.NotEqual, value, value), new BinaryExpr(BinaryFunction.Equal, current, current)));
        var here = new IndexValueExpr(LoopIndices.Linear(reduce.ReducedVariables), DType.Int64);
        yield return new Store(position, 0, new SelectExpr(better, here, new LoadExpr(position, 0)));
        yield return new Store(best, 0, new SelectExpr(better, value, current));
    }

    private static Scalar Extreme(DType type, bool largest) => type switch
    {
        DType.Float32 or DType.Float64 => Scalar.Of(type, largest ? double.PositiveInfinity : double.NegativeInfinity),
        DType.Int64 => Scalar.Of(type, largest ? long.MaxValue : long.MinValue),
        DType.Int32 => Scalar.Of(type, (long)(largest ? int.MaxValue : int.MinValue)),
        DType.UInt8 => Scalar.Of(type, largest ? 255L : 0L),
        _ => Scalar.Of(type, largest ? 1L : 0L),
    };
}
