using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Schedule.Attention;

/// <summary>What is the same all along a row is computed once for it, and a division by it becomes a product with its reciprocal.</summary>
internal sealed class RowValues(IReadOnlyList<LoopVar> rows, LoopVar key, IndexExpr rowIndex, List<StoreDefinition> stores)
{
    private readonly Dictionary<Expr, LoadExpr> _known = [];

    /// <summary>The value with parts that do not vary along the row read from local values, which are stored before.</summary>
    public Expr Hoist(Expr value) => Hoist(IndexFolding.Fold(value), new Dictionary<Expr, Expr>(ReferenceEqualityComparer.Instance));

    private Expr Hoist(Expr value, Dictionary<Expr, Expr> memo)
    {
        if (memo.TryGetValue(value, out var done)) return done;
        return memo[value] = value switch
        {
            LoadExpr load when IsOfRow(value) && load.Variables.Contains(rows[^1]) && !LaneAnalysis.IsContiguous(load.Index, rows[^1]) => Stored(value),
            ReduceExpr or { Operands.Count: 0 } => value,
            _ when IsOfRow(value) => Stored(value),
            BinaryExpr { Function: BinaryFunction.Divide, Type: DType.Float32 or DType.Float64 } quotient when IsOfRow(quotient.Right) =>
                new BinaryExpr(BinaryFunction.Multiply, Hoist(quotient.Left, memo), Stored(Reciprocal(quotient.Right))),
            _ => value.WithOperands([.. value.Operands.Select(o => Hoist(o, memo))]),
        };
    }

    private bool IsOfRow(Expr value) => !value.Variables.Contains(key) && value.Variables.Any(rows.Contains);

    private static BinaryExpr Reciprocal(Expr value) =>
        new(BinaryFunction.Divide, new ConstantExpr(Scalar.Of(value.Type, 1.0)), value);

    private LoadExpr Stored(Expr value)
    {
        if (_known.TryGetValue(value, out var known)) return known;
        var local = new LoopBuffer("row", value.Type, rows.Aggregate(1L, (p, v) => p * v.Extent));
        stores.Add(new StoreDefinition(rows, local, rowIndex, value));
        return _known[value] = new LoadExpr(local, rowIndex);
    }
}
