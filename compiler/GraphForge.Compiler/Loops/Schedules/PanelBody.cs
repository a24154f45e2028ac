using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// The statements for one panel of the vector axis: pack it if wanted, then sweep the tiles of a block of rows. The last
/// panel and the last rows may be smaller; each gets a tile of its own exact size, so that no guard stands in an inner loop.
/// </summary>
/// <param name="shape">The contraction.</param>
/// <param name="tile">Size of a full tile.</param>
/// <param name="panel">Scratch buffer for the packed operand, or null.</param>
/// <param name="outer">Values of the outer variables.</param>
/// <param name="firstRow">First row of the block.</param>
/// <param name="blockRows">Rows of a full block.</param>
internal sealed class PanelBody(
    ContractionShape shape, RegisterTile tile, LoopBuffer? panel, IReadOnlyDictionary<LoopVar, IndexExpr> outer,
    IndexExpr firstRow, long blockRows)
{
    private readonly long _rows = shape.Broadcast?.Extent ?? 1;

    /// <param name="current">Which panel; the last one may be partial.</param>
    public Statement Build(IndexExpr current)
    {
        var extent = shape.Vector.Extent;
        var whole = extent / tile.VectorExtent;
        var statements = new List<Statement>();
        if (whole > 0)
            statements.Add(When(current, 0, whole, Sweep(current * tile.VectorExtent, tile.VectorExtent)));
        if (extent % tile.VectorExtent is > 0 and var rest)
            statements.Add(When(current, whole, whole + 1, Sweep(whole * tile.VectorExtent, rest)));
        return Block.Of(statements);
    }

    private Statement Sweep(IndexExpr firstColumn, long columns)
    {
        var tilesPerBlock = blockRows / tile.Rows;
        var rest = blockRows % tile.Rows;
        var step = new LoopVar("tile", Math.Max(1, tilesPerBlock));
        var blocksAreEqual = _rows % blockRows == 0;
        var statements = new List<Statement>();
        if (panel is not null) statements.Add(Pack(firstColumn, columns));
        if (tilesPerBlock > 0)
        {
            var limit = blocksAreEqual ? null : ((IndexExpr)_rows - firstRow) / tile.Rows;
            var body = Tile(firstRow + (IndexExpr)step * tile.Rows, tile.Rows, firstColumn, columns);
            statements.Add(step.Extent == 1 && limit is null ? body : new For(step, LoopKind.Serial, body, limit));
        }
        if (blocksAreEqual && rest > 0)
            statements.Add(Tile(firstRow + tilesPerBlock * tile.Rows, rest, firstColumn, columns));
        if (!blocksAreEqual && _rows % tile.Rows is > 0 and var last)
            statements.Add(When(firstRow, _rows - blockRows + 1, _rows, Tile(_rows - last, last, firstColumn, columns)));
        return Block.Of(statements);
    }

    private static Statement When(IndexExpr index, long low, long high, Statement body) =>
        InBoundsExpr.Of(index, low, high) is ConstantExpr { Value.AsBool: true } ? body : new If(InBoundsExpr.Of(index, low, high), body);

    /// <summary>Copies columns [firstColumn, firstColumn + columns) of the vector operand, zeros after them, one row a summed element.</summary>
    private Statement Pack(IndexExpr firstColumn, long columns)
    {
        var row = LoopIndices.Linear(shape.Summed);
        var stores = new List<Statement>();
        for (long first = 0; first < tile.VectorExtent; first += shape.Lanes)
        {
            var count = Math.Clamp(columns - first, 0, shape.Lanes);
            var target = row * tile.VectorExtent + first;
            if (count < shape.Lanes)
            {
                var all = new LoopVar("lane", shape.Lanes, isLane: true);
                stores.Add(new For(all, LoopKind.Vector,
                    new Store(panel!, target + all, new ConstantExpr(Scalar.Of(panel!.Type, 0L)))));
            }
            if (count == 0) continue;
            var lane = new LoopVar("lane", count, isLane: true);
            var value = shape.VectorOperand.Substitute(new Dictionary<LoopVar, IndexExpr>(outer) { [shape.Vector] = firstColumn + first + lane });
            stores.Add(new For(lane, LoopKind.Vector, new Store(panel!, target + lane, value)));
        }
        return Nest(shape.Summed, Block.Of(stores), "Pack the panel: one row of neighbouring columns for each summed element.");
    }

    private Statement Tile(IndexExpr firstRow, long rows, IndexExpr firstColumn, long columns) => shape.Choice == LaneChoice.Result
        ? ResultTile(firstRow, rows, firstColumn, columns)
        : SummedTile(firstRow, rows, firstColumn, columns);

    private Statement ResultTile(IndexExpr firstRow, long rows, IndexExpr firstColumn, long columns)
    {
        var lanes = shape.Lanes;
        var vectors = (columns + lanes - 1) / lanes;
        var sums = new LoopBuffer("sum", shape.Sum.Type, rows * vectors * lanes);
        var (clear, add, store) = (new List<Statement>(), new List<Statement>(), new List<Statement>());
        for (long r = 0; r < rows; r++)
            for (long v = 0; v < vectors; v++)
            {
                var all = new LoopVar("lane", lanes, isLane: true);
                var slot = (IndexExpr)((r * vectors + v) * lanes);
                clear.Add(new For(all, LoopKind.Vector, new Store(sums, slot + all, Zero)));
                var lane = new LoopVar("lane", panel is null ? Math.Min(lanes, columns - v * lanes) : lanes, isLane: true);
                var at = Values(firstRow + r, firstColumn + v * lanes + lane);
                var vector = panel is null
                    ? shape.VectorOperand.Substitute(at)
                    : new LoadExpr(panel, LoopIndices.Linear(shape.Summed) * tile.VectorExtent + v * lanes + lane);
                add.Add(new For(lane, LoopKind.Vector, new Store(sums, slot + lane,
                    new BinaryExpr(BinaryFunction.Multiply, shape.BroadcastOperand.Substitute(at), vector), ReduceFunction.Sum)));
                var kept = new LoopVar("lane", Math.Min(lanes, columns - v * lanes), isLane: true);
                store.Add(new For(kept, LoopKind.Vector, Stores(
                    Values(firstRow + r, firstColumn + v * lanes + kept), new LoadExpr(sums, slot + kept))));
            }
        return Block.Of([new Allocate(sums, BufferPlace.Register, isVector: true), .. clear,
            Nest(shape.Summed, Block.Of(add), $"{rows} × {columns} results in registers."), .. store]);
    }

    private Statement SummedTile(IndexExpr firstRow, long rows, IndexExpr firstColumn, long columns)
    {
        var lanes = shape.Lanes;
        var sums = new LoopBuffer("sum", shape.Sum.Type, rows * columns * lanes);
        var (clear, store) = (new List<Statement>(), new List<Statement>());
        for (long slot = 0; slot < rows * columns; slot++)
        {
            var all = new LoopVar("lane", lanes, isLane: true);
            clear.Add(new For(all, LoopKind.Vector, new Store(sums, (IndexExpr)(slot * lanes) + all, Zero)));
            var total = new ReduceExpr(ReduceFunction.Sum, [all], new LoadExpr(sums, (IndexExpr)(slot * lanes) + all));
            store.Add(Stores(Values(firstRow + slot / columns, firstColumn + slot % columns), total));
        }
        var axis = shape.Summed[^1];
        var inner = VectorLoop.Build(axis, lanes, (lane, at) => Block.Of(
            from r in Range(rows)
            from c in Range(columns)
            let values = new Dictionary<LoopVar, IndexExpr>(Values(firstRow + r, firstColumn + c)) { [axis] = at[axis] }
            select new Store(sums, (IndexExpr)((r * columns + c) * lanes) + lane!, shape.Sum.Body.Substitute(values), ReduceFunction.Sum)));
        return Block.Of([new Allocate(sums, BufferPlace.Register, isVector: true), .. clear,
            Nest([.. shape.Summed.SkipLast(1)], inner, $"{rows} × {columns} results in registers, lanes along the sum."), .. store]);
    }

    private ConstantExpr Zero => new(Scalar.Of(shape.Sum.Type, 0L));

    private static IEnumerable<long> Range(long count) => Enumerable.Range(0, (int)count).Select(i => (long)i);

    private Dictionary<LoopVar, IndexExpr> Values(IndexExpr row, IndexExpr column)
    {
        var values = new Dictionary<LoopVar, IndexExpr>(outer) { [shape.Vector] = column };
        if (shape.Broadcast is not null) values[shape.Broadcast] = row;
        return values;
    }

    /// <summary>The epilogue: stored values with the finished sum in place of the contraction.</summary>
    private Statement Stores(Dictionary<LoopVar, IndexExpr> at, Expr sum) => Block.Of(shape.Stores.Select(s =>
        new Store(s.Buffer, s.Index.Substitute(at), s.Value.Replace(shape.Sum, sum).Substitute(at))));

    private static Statement Nest(IReadOnlyList<LoopVar> variables, Statement body, string note)
    {
        for (var i = variables.Count - 1; i >= 0; i--)
        {
            var unroll = i == variables.Count - 1 && variables.Count > 1 && variables[i].Extent <= 4;
            body = new For(variables[i], unroll ? LoopKind.Unrolled : LoopKind.Serial, body, note: i == 0 ? note : "");
        }
        return body;
    }
}
