using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// The rows of the broadcast operand a task works on, tile by tile. The last tile, and the last block, may have fewer rows; each
/// size gets a tile of its own, so that no guard stands in an inner loop.
/// </summary>
/// <param name="shape">The contraction.</param>
/// <param name="blocking">How it is cut.</param>
/// <param name="number">Number of the block.</param>
/// <param name="batch">Values of the batch variables.</param>
internal sealed class RowBlock(
    ContractionShape shape, ContractionBlocking blocking, IndexExpr number, IReadOnlyDictionary<LoopVar, IndexExpr> batch)
{
    /// <summary>Blocks the rows are cut into.</summary>
    public static long Count(ContractionShape shape, ContractionBlocking blocking) => CeilingDivide(
        shape.OuterRowCount > 1 ? shape.OuterRowCount : Tiles(shape, blocking), blocking.RowUnits);

    /// <summary>Values of the batch variables.</summary>
    public IReadOnlyDictionary<LoopVar, IndexExpr> Batch => batch;

    /// <summary>Whether no block comes after; a constant where there is one.</summary>
    public Expr IsLast => InBoundsExpr.Of(number, Count(shape, blocking) - 1, Count(shape, blocking));

    /// <summary>First row of the block, where there are no outer rows.</summary>
    public IndexExpr First => number * blocking.TaskRows(shape);

    private long TileRows => blocking.Tile.Rows;

    /// <summary>Runs <paramref name="body"/> for the rows of every tile.</summary>
    public Statement EachTile(Func<TileRows, Statement> body) => shape.OuterRowCount > 1 ? EachOuterRow(body) : EachTileOfBlock(body);

    private static long Tiles(ContractionShape shape, ContractionBlocking blocking) =>
        CeilingDivide(shape.Rows, blocking.Tile.Rows);

    private Statement EachTileOfBlock(Func<TileRows, Statement> body)
    {
        var perBlock = blocking.RowUnits;
        var (whole, rest) = Math.DivRem(shape.Rows, TileRows);
        var first = number * perBlock;
        var blocks = Count(shape, blocking);
        var step = new LoopVar("tile", Math.Min(perBlock, whole));
        var statements = new List<Statement>();
        if (whole > 0)
        {
            var limit = blocks == 1 || blocks * perBlock == whole ? null : whole - first;
            var inner = body(new TileRows((first + step) * TileRows, TileRows, step, batch));
            statements.Add(step.Extent == 1 && limit is null ? inner : new For(step, LoopKind.Serial, inner, limit));
        }
        // The tile that is not whole is the last one of the last block.
        if (rest > 0) statements.Add(If(IsLast, body(new TileRows(whole * TileRows, rest, whole - first, batch))));
        return Block.Of(statements);
    }

    private Statement EachOuterRow(Func<TileRows, Statement> body)
    {
        var step = new LoopVar("outer", blocking.RowUnits);
        var unit = number * blocking.RowUnits + step;
        var values = new Dictionary<LoopVar, IndexExpr>(batch);
        foreach (var (variable, value) in shape.OuterRows.Zip(IndexExpr.Unravel(unit, shape.OuterRows.Select(v => v.Extent).ToArray()))) values[variable] = value;
        var (whole, rest) = Math.DivRem(shape.Rows, TileRows);
        var tile = new LoopVar("tile", whole);
        var firstTile = (IndexExpr)step * CeilingDivide(shape.Rows, TileRows);
        var statements = new List<Statement>();
        if (whole > 0)
        {
            var inner = body(new TileRows((IndexExpr)tile * TileRows, TileRows, firstTile + tile, values));
            statements.Add(whole == 1 ? inner : new For(tile, LoopKind.Serial, inner));
        }
        if (rest > 0) statements.Add(body(new TileRows(whole * TileRows, rest, firstTile + whole, values)));
        var all = Block.Of(statements);
        if (blocking.RowUnits == 1) return all;
        var even = Count(shape, blocking) * blocking.RowUnits == shape.OuterRowCount;
        return new For(step, LoopKind.Serial, all, even ? null : shape.OuterRowCount - number * blocking.RowUnits);
    }

    /// <summary>The statement where the condition may hold.</summary>
    public static Statement If(Expr condition, Statement body) => condition is ConstantExpr { Value.AsBool: true } ? body : new If(condition, body);
}

/// <summary>Rows of one tile.</summary>
/// <param name="First">The first row's value of the broadcast variable.</param>
/// <param name="Count">How many.</param>
/// <param name="Tile">Number of the tile within the task.</param>
/// <param name="Values">Values of the batch and outer row variables.</param>
internal sealed record TileRows(IndexExpr First, long Count, IndexExpr Tile, IReadOnlyDictionary<LoopVar, IndexExpr> Values)
{
    /// <summary>Values of all variables but the vector axis at a row.</summary>
    public Dictionary<LoopVar, IndexExpr> At(ContractionShape shape, IndexExpr row)
    {
        var values = new Dictionary<LoopVar, IndexExpr>(Values);
        if (shape.Broadcast is not null) values[shape.Broadcast] = First + row;
        return values;
    }

    /// <summary>Values of all variables at a row and a column.</summary>
    public Dictionary<LoopVar, IndexExpr> At(ContractionShape shape, IndexExpr row, IndexExpr column) => new(At(shape, row)) { [shape.Vector] = column };
}
