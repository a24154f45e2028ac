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
    /// Whether a later element takes the place of the best so far. The first extreme wins; NaN beats every number, and the
    /// first NaN stays.
    /// </summary>
    public static Expr Beats(ReduceFunction function, Expr value, Expr best)
    {
        var (less, greater) = function == ReduceFunction.ArgMaximum ? (best, value) : (value, best);
        var beats = new BinaryExpr(BinaryFunction.Less, less, greater);
        if (!value.Type.IsFloat()) return beats;
        var firstNaN = new BinaryExpr(BinaryFunction.And,
            new BinaryExpr(BinaryFunction.NotEqual, value, value), new BinaryExpr(BinaryFunction.Equal, best, best));
        return new BinaryExpr(BinaryFunction.Or, beats, firstNaN);
    }

    private static Scalar Extreme(DType type, bool largest) => type switch
    {
        _ when type.IsFloat() => Scalar.Of(type, largest ? double.PositiveInfinity : double.NegativeInfinity),
        DType.Int64 => Scalar.Of(type, largest ? long.MaxValue : long.MinValue),
        DType.Int32 => Scalar.Of(type, (long)(largest ? int.MaxValue : int.MinValue)),
        DType.UInt8 => Scalar.Of(type, largest ? 255L : 0L),
        _ => Scalar.Of(type, largest ? 1L : 0L),
    };
}
