using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Loops.Schedules.Winograd;

/// <summary>A sum Σ matrix[row, column] · x(column) over the columns of a small constant matrix.</summary>
/// <param name="Matrix">The matrix.</param>
/// <param name="Row">Which row, as a function of outer variables.</param>
/// <param name="Column">The summed variable.</param>
internal sealed record Transform(Literal Matrix, IndexExpr Row, LoopVar Column)
{
    public int Rows => (int)Matrix.Type.Shape[0].Value;

    public int Columns => (int)Matrix.Type.Shape[1].Value;
}

/// <summary>Transforms one inside the other, the outermost first, around a value.</summary>
internal sealed record TransformNest(IReadOnlyList<Transform> Transforms, Expr Core)
{
    public static TransformNest Of(Expr value)
    {
        var transforms = new List<Transform>();
        while (value is ReduceExpr
            {
                Function: ReduceFunction.Sum, ReducedVariables: [var column], Match: null,
                Body: BinaryExpr { Function: BinaryFunction.Multiply, Left: TableExpr { Index: [var row, var at] } table, Right: var inner },
            } && at.Equals((IndexExpr)column) && !row.Variables.Contains(column))
        {
            transforms.Add(new Transform(table.Table, row, column));
            value = inner;
        }
        return new TransformNest(transforms, value);
    }
}
