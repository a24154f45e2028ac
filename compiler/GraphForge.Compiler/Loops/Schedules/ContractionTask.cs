using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// What one task of a contraction does: sweeps the tiles of its rows for every one of its panels. The last panel may be smaller; it
/// gets a tile of its own exact size, so that no guard stands in an inner loop. Where the sum is cut into stretches, the tiles
/// are put aside in scratch memory between them.
/// </summary>
internal sealed class ContractionTask
{
    private readonly ContractionShape _shape;
    private readonly ContractionBlocking _blocking;
    private readonly RowBlock _block;
    private readonly IndexExpr _group;
    private readonly SummedBlock _sum;
    private readonly BroadcastRows _rows;
    private readonly VectorPanel? _panel;
    private readonly LoopBuffer? _partial;
    private readonly bool _isCut;

    /// <param name="shape">The contraction.</param>
    /// <param name="blocking">How it is cut.</param>
    /// <param name="block">The task's rows.</param>
    /// <param name="group">Number of its run of panels.</param>
    public ContractionTask(ContractionShape shape, ContractionBlocking blocking, RowBlock block, IndexExpr group)
    {
        (_shape, _blocking, _block, _group) = (shape, blocking, block, group);
        _sum = new SummedBlock(shape, blocking, block.Batch);
        _rows = new BroadcastRows(shape, blocking, block, _sum);
        _panel = blocking.PacksVector ? new VectorPanel(shape, blocking.Tile, _sum, block.Batch) : null;
        _isCut = _sum.Number is not null;
        var tiles = _isCut ? blocking.Panels * blocking.TaskTiles(shape) : 1;
        if (_isCut || shape.Choice == LaneChoice.Result && Cost.IsLoop(shape.Stores, [.. shape.Terms.Select(t => t.Sum)]))
            _partial = new LoopBuffer(_isCut ? "partial" : "finished", shape.Type, tiles * TileElements);
    }

    /// <summary>Panels the vector axis is cut into.</summary>
    public static long Panels(ContractionShape shape, ContractionBlocking blocking) =>
        CeilingDivide(shape.Vector.Extent, blocking.Tile.VectorExtent);

    private long TileElements => _blocking.Tile.Rows * _blocking.Tile.VectorExtent * _shape.Terms.Count;

    public Statement Build()
    {
        var work = EachPanel((step, firstColumn, columns) =>
        {
            var tiles = _block.EachTile(rows => _shape.Choice == LaneChoice.Summed
                ? SummedTile.Build(_shape, rows, firstColumn, columns)
                : Sweep(new ResultTile(_shape, rows, firstColumn, columns), Place(step, rows)));
            return _panel is null ? tiles : Block.Of(_panel.Pack(firstColumn, columns), tiles);
        });
        var stretch = Block.Of(_rows.Pack(), work);
        return Block.Of([_rows.Allocate(), .. Scratch(), _sum.Stretches(stretch), .. Finish()]);
    }

    private IEnumerable<Statement> Scratch()
    {
        if (_panel is not null) yield return _panel.Allocate();
        if (_partial is null) yield break;
        yield return new Allocate(_partial, BufferPlace.Scratch);
        if (!_isCut) yield break;
        var (vector, lane) = (new LoopVar("v", _partial.Count / _shape.Lanes), new LoopVar("lane", _shape.Lanes, isLane: true));
        yield return new For(vector, LoopKind.Serial, new For(lane, LoopKind.Vector,
            new Store(_partial, (IndexExpr)vector * _shape.Lanes + lane, ConstantExpr.Zero(_shape.Type))));
    }

    private Statement Sweep(ResultTile tile, IndexExpr place)
    {
        var start = _isCut ? tile.Restore(_partial!, place) : tile.Clear();
        var add = Block.Of(_isCut ? Block.Of() : tile.Await(), tile.Allocate(), start, tile.Accumulate(_sum, _rows, _panel));
        if (_isCut) return Block.Of(add, tile.PutAside(_partial!, place));
        return _partial is null ? Block.Of(add, tile.Finish()) : Block.Of(add, tile.PutAside(_partial, 0), Finish(tile.Finish(_partial, 0)));
    }

    private IEnumerable<Statement> Finish()
    {
        if (!_isCut) yield break;
        yield return Finish(EachPanel((step, firstColumn, columns) => _block.EachTile(rows =>
            new ResultTile(_shape, rows, firstColumn, columns).Finish(_partial!, Place(step, rows)))));
    }

    /// <summary>Sums keep the registers that constants of the epilogue would take.</summary>
    private static Routine Finish(Statement epilogue) => new("Finish", epilogue);

    private IndexExpr Place(IndexExpr panel, TileRows rows) => (panel * _blocking.TaskTiles(_shape) + rows.Tile) * TileElements;

    /// <summary>Runs <paramref name="body"/> for the number within the task, the first column and the columns of every panel.</summary>
    private Statement EachPanel(Func<IndexExpr, IndexExpr, long, Statement> body)
    {
        var (whole, rest) = Math.DivRem(_shape.Vector.Extent, _blocking.Tile.VectorExtent);
        var step = new LoopVar("panel", _blocking.Panels);
        var current = _group * _blocking.Panels + step;
        var statements = new List<Statement>();
        if (whole > 0) statements.Add(When(current, 0, whole, body(step, current * _blocking.Tile.VectorExtent, _blocking.Tile.VectorExtent)));
        if (rest > 0) statements.Add(When(current, whole, whole + 1, body(step, whole * _blocking.Tile.VectorExtent, rest)));
        var panels = Panels(_shape, _blocking);
        if (_blocking.Panels == 1) return Block.Of(statements);
        var even = panels % _blocking.Panels == 0;
        return new For(step, LoopKind.Serial, Block.Of(statements), even ? null : panels - _group * _blocking.Panels);
    }

    private static Statement When(IndexExpr index, long low, long high, Statement body) => RowBlock.If(InBoundsExpr.Of(index, low, high), body);
}
