using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// How the elements of rows lie in row-major order: runs of axes, outermost first, that either number the rows or the columns of
/// a row. Of a softmax over the last axis the rows come first and then the columns; of batch normalisation the channels, which
/// are rows, lie between the batch and the positions, which are columns.
/// </summary>
/// <param name="Runs">Extents, no two neighbours of one kind.</param>
public sealed record RowGeometry(EquatableArray<(long Extent, bool IsReduced)> Runs)
{
    /// <summary>Neighbouring columns below which the lanes of a register are not worth filling from several stretches of a row.</summary>
    private const long LeastStretch = 8;

    public long Rows { get; } = Product(Runs, isReduced: false);

    public long Columns { get; } = Product(Runs, isReduced: true);

    public long Elements => Rows * Columns;

    /// <summary>What a reduction combines, where it reads some tensor whole and along its last axes; null for any other.</summary>
    public static RowGeometry? Of(NodeAccesses accesses) => AxisRuns.Of(accesses)
        .Where(runs => runs[^1].IsReduced && (runs.Count <= 2 || runs[^1].Extent >= LeastStretch))
        .Select(runs => new RowGeometry(new EquatableArray<(long, bool)>([.. runs])))
        .FirstOrDefault(g => g.Columns >= 2 && accesses.Reads.Any(r => accesses.ReducesRowsAt(r.Index, g)));

    /// <summary>The linear index of an element from its row and its column.</summary>
    public IndexExpr Element(IndexExpr row, IndexExpr column)
    {
        var (rows, columns) = (IndexExpr.Unravel(row, Extents(false)), IndexExpr.Unravel(column, Extents(true)));
        var (r, c, linear) = (0, 0, IndexExpr.Zero);
        foreach (var (extent, isReduced) in Runs) linear = linear * extent + (isReduced ? columns[c++] : rows[r++]);
        return linear;
    }

    /// <summary>The row an element lies in.</summary>
    public IndexExpr RowOf(IndexExpr element)
    {
        var parts = IndexExpr.Unravel(element, Runs.Select(r => r.Extent).ToArray());
        return Runs.Zip(parts).Where(p => !p.First.IsReduced).Aggregate(IndexExpr.Zero, (row, p) => row * p.First.Extent + p.Second);
    }

    private long[] Extents(bool isReduced) => Runs.Where(r => r.IsReduced == isReduced).Select(r => r.Extent).ToArray();

    private static long Product(EquatableArray<(long Extent, bool IsReduced)> runs, bool isReduced) =>
        runs.Where(r => r.IsReduced == isReduced).Aggregate(1L, (product, run) => product * run.Extent);
}
