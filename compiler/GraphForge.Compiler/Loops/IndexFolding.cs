using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>
/// Takes arithmetic on the values of indices into the indices, and comparisons of them into tests of a range: positions of rows and
/// keys, as masks use them, then need no integer lanes, and schedules see what a mask leaves out.
/// </summary>
public static class IndexFolding
{
    public static Expr Fold(Expr value) => value.Rewrite(e => e is BinaryExpr { Type: DType.Bool } comparison && Range(comparison) is { } range ? range : Folded(e));

    private static Expr Folded(Expr value)
    {
        if (value is ConvertExpr { Operand: IndexValueExpr inner } && value.Type is not (DType.Bool or DType.UInt8)) return new IndexValueExpr(inner.Index, value.Type);
        if (value.Type is not (DType.Int32 or DType.Int64) || value is IndexValueExpr or ConstantExpr) return value;
        return IndexOf(value) is { } index && Fits(index, value.Type) ? new IndexValueExpr(index, value.Type) : value;
    }

    private static IndexExpr? IndexOf(Expr value) => value switch
    {
        IndexValueExpr position => position.Index,
        ConstantExpr { Value: { DType: DType.Int32 or DType.Int64 } number } => number.AsInt64,
        UnaryExpr { Function: UnaryFunction.Negate } negation => IndexOf(negation.Operand) is { } x ? x * -1 : null,
        BinaryExpr { Function: BinaryFunction.Add } sum => IndexOf(sum.Left) is { } a && IndexOf(sum.Right) is { } b ? a + b : null,
        BinaryExpr { Function: BinaryFunction.Subtract } difference =>
            IndexOf(difference.Left) is { } a && IndexOf(difference.Right) is { } b ? a - b : null,
        BinaryExpr { Function: BinaryFunction.Multiply, Right: ConstantExpr factor } product =>
            IndexOf(product.Left) is { } x ? x * factor.Value.AsInt64 : null,
        _ => null,
    };

    private static bool Fits(IndexExpr index, DType type) =>
        type == DType.Int64 || index.Minimum >= int.MinValue && index.Maximum <= int.MaxValue;

    private static Expr? Range(BinaryExpr comparison)
    {
        if (comparison.Left is not (IndexValueExpr or ConstantExpr) || comparison.Right is not (IndexValueExpr or ConstantExpr)) return null;
        if (IndexOf(comparison.Left) is not { } left || IndexOf(comparison.Right) is not { } right) return null;
        var difference = right - left;
        return comparison.Function switch
        {
            BinaryFunction.LessOrEqual => InBoundsExpr.Of(difference, 0, difference.Maximum + 1),
            BinaryFunction.Less => InBoundsExpr.Of(difference, 1, difference.Maximum + 1),
            BinaryFunction.Equal => InBoundsExpr.Of(difference, 0, 1),
            _ => null,
        };
    }
}
