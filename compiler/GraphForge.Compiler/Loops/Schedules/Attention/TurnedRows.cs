using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// Values whose neighbours in memory, or in a sequence of random numbers, follow each other along keys or features, for lanes that
/// run along rows: squares of them are turned over.
/// </summary>
/// <param name="block">The rows.</param>
/// <param name="axis">Along which neighbours lie.</param>
/// <param name="target">Where the values go: for each of the axis, <see cref="ScoreTiles.Width"/> rows.</param>
internal sealed class TurnedRows(ScoreBlock block, LoopVar axis, LoopBuffer target)
{
    private long Lanes => block.Lanes;

    /// <summary>Whether lanes along an axis suit a value.</summary>
    public static bool Fits(Expr value, LoopVar axis, int lanes, int vectorBytes) => value.Type.Size() * lanes == vectorBytes &&
        value is not ConstantExpr && LaneAnalysis.LanesFor([value], axis, vectorBytes) == lanes &&
        value.DescendantsAndSelf().SelectMany(e => e.Indices).All(i => LaneAnalysis.IsContiguous(i, axis) || !i.Variables.Contains(axis));

    /// <param name="value">Of a block, at row <see cref="ScoreTiles.Offset"/> and at the axis.</param>
    /// <param name="first">Index in the target of the axis' first value.</param>
    /// <param name="end">End of the axis where a block needs less of it.</param>
    /// <param name="note">For the reader of the generated code.</param>
    public Statement Build(Expr value, IndexExpr first, IndexExpr? end, string note)
    {
        var (whole, rest) = Math.DivRem(axis.Extent, Lanes);
        var step = new LoopVar("block", whole);
        var statements = new List<Statement>();
        var square = new LoopBuffer("square", value.Type, Lanes * Lanes);
        if (Direct(value) is null) statements.Add(new Allocate(square, BufferPlace.Scratch));
        if (whole > 0)
            statements.Add(new For(step, LoopKind.Serial, Turn((IndexExpr)step * Lanes, Lanes), end is null ? null : (end + (Lanes - 1)) / Lanes, note));
        if (rest > 0)
            statements.Add(end is null ? Turn(whole * Lanes, rest) : ScoreBlock.When(end, whole * Lanes + 1, end.Maximum + 1, Turn(whole * Lanes, rest)));
        return Block.Of(statements);

        Block Turn(IndexExpr start, long columns) => Block.Of(block.Vectors().Select(v => (Statement)Block.Of(Vector(v, start, columns))));

        IEnumerable<Statement> Vector(RowVector rows, IndexExpr start, long columns)
        {
            var (firstRow, count) = ((IndexExpr)(rows.Slot * Lanes), rows.Lane!.Extent);
            var place = new MatrixPlace(target, first + start * block.Tiles.Width + firstRow, block.Tiles.Width);
            if (Direct(value) is { } load)
            {
                yield return new Transpose(place, new MatrixPlace(load.Buffer, At(load.Index, firstRow, start), load.Index.Coefficient(block.Tiles.Offset)), count, columns);
                yield break;
            }
            var (row, lane) = (new LoopVar("row", count), new LoopVar("lane", columns, isLane: true));
            yield return new For(row, LoopKind.Serial, new For(lane, LoopKind.Vector,
                new Store(square, (IndexExpr)row * Lanes + lane, value.Substitute(Values(firstRow + row, start + lane)))));
            yield return new Transpose(place, new MatrixPlace(square, 0, Lanes), count, columns);
        }
    }

    /// <summary>The value as a matrix in memory, if that is all it is.</summary>
    private LoadExpr? Direct(Expr value) => value is LoadExpr load && load.Buffer.Type == load.Type &&
        LaneAnalysis.IsContiguous(load.Index, axis) && LaneAnalysis.IsAffine(load.Index, block.Tiles.Offset) ? load : null;

    private IndexExpr At(IndexExpr index, IndexExpr offset, IndexExpr position) => index.Substitute(Values(offset, position));

    private Dictionary<LoopVar, IndexExpr> Values(IndexExpr offset, IndexExpr position) =>
        new() { [block.Tiles.Offset] = offset, [axis] = position };
}
