using GraphForge.Compiler.Emit;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>The groups of a contraction, each with a tile of the result: which elements it reads, and where it stores.</summary>
/// <param name="shape">The contraction.</param>
/// <param name="rows">Rows of a tile.</param>
/// <param name="columns">Columns of a tile.</param>
/// <param name="threads">Threads of a group.</param>
internal sealed class ContractionGroup(DeviceContractionShape shape, int rows, int columns, int threads)
{
    public GroupLoop Loop { get; } = new(shape.BatchCount * CeilingDivide(shape.RowCount, rows) * CeilingDivide(shape.ColumnCount, columns), threads);

    private IndexExpr[] Place => field ??= IndexExpr.Unravel(Loop.Group, [shape.BatchCount, CeilingDivide(shape.RowCount, rows), CeilingDivide(shape.ColumnCount, columns)]);

    /// <summary>An element of the operand that all sums share, at a row of the tile.</summary>
    public OperandElement Shared(IndexExpr row, IndexExpr summed) => Element(shape.Shared, shape.Rows, Place[1] * rows + row, shape.RowCount, summed);

    /// <summary>An element of the other operand of a sum, at a column of the tile.</summary>
    public OperandElement Own(int sum, IndexExpr column, IndexExpr summed) => Element(shape.Own[sum], shape.Columns, Place[2] * columns + column, shape.ColumnCount, summed);

    /// <summary>Whether neighbours of memory follow each other along the sum.</summary>
    public bool IsAlongSum(Expr operand, IReadOnlyList<LoopVar> axes) =>
        axes.Count == 0 || LaneAnalysis.Contiguity([operand], shape.Summed[^1]) > LaneAnalysis.Contiguity([operand], axes[^1]);

    /// <param name="row">Within the tile.</param>
    /// <param name="column">Within the tile.</param>
    /// <param name="finished">The sums of this element.</param>
    public Statement Stored(IndexExpr row, IndexExpr column, IReadOnlyList<LoadExpr> finished) =>
        Inside(Place[1] * rows + row, Place[2] * columns + column, Block.Of(Stores(row, column, finished)));

    /// <summary>Four neighbours of the result, one a lane; null where they are not one access each.</summary>
    /// <param name="row">Within the tile, varies with the lane or not.</param>
    /// <param name="column">Likewise.</param>
    /// <param name="finished">The sums of each.</param>
    /// <param name="lane">The lane.</param>
    public Statement? StoredFour(IndexExpr row, IndexExpr column, IReadOnlyList<LoadExpr> finished, LoopVar lane)
    {
        var stores = Stores(row, column, finished).ToArray();
        var extent = column.Variables.Contains(lane) ? shape.ColumnCount : shape.RowCount;
        if (extent % WideAccess.Lanes != 0 || !stores.All(s => WideAccess.Is(s.Buffer, s.Index, lane))) return null;
        var first = new Dictionary<LoopVar, IndexExpr> { [lane] = 0 };
        return Inside((Place[1] * rows + row).Substitute(first), (Place[2] * columns + column).Substitute(first), new For(lane, LoopKind.Vector, Block.Of(stores)));
    }

    private Statement Inside(IndexExpr row, IndexExpr column, Statement body) =>
        GroupLoop.Below(row, shape.RowCount, GroupLoop.Below(column, shape.ColumnCount, body));

    private IEnumerable<Store> Stores(IndexExpr row, IndexExpr column, IReadOnlyList<LoadExpr> finished)
    {
        var values = Batch.Concat(Axes(shape.Rows, Place[1] * rows + row)).Concat(Axes(shape.Columns, Place[2] * columns + column)).ToDictionary(p => p.Axis, p => p.Value);
        return shape.Contraction.Stores.Select(s => new Store(s.Buffer, s.Index.Substitute(values), Finished(s.Value, finished).Substitute(values)));
    }

    private OperandElement Element(Expr operand, IReadOnlyList<LoopVar> axes, IndexExpr index, long extent, IndexExpr summed)
    {
        var inside = BinaryExpr.Both(InBoundsExpr.Of(index, 0, extent), InBoundsExpr.Of(summed, 0, shape.SummedCount));
        var values = Batch.Concat(Axes(axes, index)).Concat(Axes(shape.Summed, summed)).ToDictionary(p => p.Axis, p => p.Value);
        return new OperandElement(inside, operand.Substitute(values));
    }

    private Expr Finished(Expr value, IReadOnlyList<LoadExpr> finished) =>
        shape.Contraction.Sums.Zip(finished).Aggregate(value, (v, pair) => v.Replace(pair.First, pair.Second));

    private IEnumerable<(LoopVar Axis, IndexExpr Value)> Batch => Axes(shape.Batch, Place[0]);

    private static IEnumerable<(LoopVar Axis, IndexExpr Value)> Axes(IReadOnlyList<LoopVar> axes, IndexExpr linear) =>
        axes.Zip(IndexExpr.Unravel(linear, axes.Select(v => v.Extent).ToArray()));
}
