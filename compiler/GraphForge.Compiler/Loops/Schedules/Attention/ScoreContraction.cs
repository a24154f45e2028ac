namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// A contraction that makes scores. Its rows are packed with lanes along them; each tile keeps some keys times some vectors of
/// rows in registers, reads the packed rows as vectors and the keys as broadcasts, and applies what follows as it is stored.
/// </summary>
internal sealed class ScoreContraction
{
    private readonly ScoreBlock _block;
    private readonly StoreDefinition _store;
    private readonly ReduceExpr _sum;
    private readonly Expr _rowOperand;
    private readonly Expr _keyOperand;
    private readonly LoopBuffer _panel;

    private ScoreContraction(ScoreBlock block, StoreDefinition store, ReduceExpr sum)
    {
        (_block, _store, _sum) = (block, store, sum);
        var product = (BinaryExpr)sum.Body;
        var isRow = product.Left.Variables.Contains(block.Scores.Row);
        (_rowOperand, _keyOperand) = (block.Value(isRow ? product.Left : product.Right), block.Value(isRow ? product.Right : product.Left));
        _panel = new LoopBuffer("rows", sum.Type, sum.ReducedVariables.Aggregate(block.Tiles.Width, (p, v) => p * v.Extent));
    }

    public static Statement Build(ScoreBlock block, StoreDefinition store)
    {
        var contraction = new ScoreContraction(block, store, ScorePass.ReductionIn(store)!);
        var tiles = block.OverKeyTiles(
            (key, keys) => Block.Of(block.Vectors().Chunk(ScoreBlock.TileVectors).Select(rows => contraction.Tile(key, keys, rows))),
            $"{store.Buffer}: keys × rows in registers.");
        return Block.Of(new Allocate(contraction._panel, BufferPlace.Scratch), contraction.Pack(), tiles);
    }

    private Statement Pack()
    {
        const string note = "Pack the rows: lanes along them.";
        var axis = _sum.ReducedVariables[^1];
        if (TurnedRows.Fits(_rowOperand, axis, _block.Lanes, _block.Target.VectorBytes))
        {
            var outer = _sum.ReducedVariables.SkipLast(1).ToArray();
            var turned = new TurnedRows(_block, axis, _panel).Build(_rowOperand, LoopIndices.Linear(outer) * (axis.Extent * _block.Tiles.Width), null, note);
            return For.Nest(outer, turned);
        }
        var offset = new LoopVar("offset", _block.Rows);
        var row = For.Nest(_sum.ReducedVariables, new Store(
            _panel, LoopIndices.Linear(_sum.ReducedVariables) * _block.Tiles.Width + offset, _block.At(_rowOperand, offset)));
        return new For(offset, LoopKind.Serial, row, note: note);
    }

    private Statement Tile(IndexExpr firstKey, long keys, RowVector[] rows)
    {
        var sums = new LoopBuffer("sum", _sum.Type, keys * rows.Length * _block.Lanes);
        var (clear, add, store) = (new List<Statement>(), new List<Statement>(), new List<Statement>());
        var panelRow = LoopIndices.Linear(_sum.ReducedVariables) * _block.Tiles.Width;
        for (long k = 0; k < keys; k++)
            foreach (var (v, row) in rows.Index())
            {
                var slot = (IndexExpr)((k * rows.Length + v) * _block.Lanes);
                clear.Add(Cleared(sums, slot));
                add.Add(row.Run(new Store(sums, slot + row.Lane!, new BinaryExpr(BinaryFunction.Multiply,
                    _block.At(_keyOperand, 0, firstKey + k), new LoadExpr(_panel, panelRow + row.Offset)), ReduceFunction.Sum)));
                store.Add(row.Run(Stored(row, firstKey + k, new LoadExpr(sums, slot + row.Lane!))));
            }
        return Block.Of([new Allocate(sums, BufferPlace.Register, isVector: true), .. clear, For.Nest(_sum.ReducedVariables, Block.Of(add)), .. store]);
    }

    private Store Stored(RowVector row, IndexExpr key, Expr sum)
    {
        var hole = new LoadExpr(new LoopBuffer("sum", _sum.Type, 1), 0);
        var value = _block.At(_block.Value(_store.Value.Replace(_sum, hole)), row.Offset, key).Replace(hole, sum);
        var (buffer, index) = _block.Tiles.Place(_store.Buffer, row.Offset, key);
        return new Store(buffer, index, value);
    }

    private For Cleared(LoopBuffer sums, IndexExpr slot)
    {
        var lane = new LoopVar("lane", _block.Lanes, isLane: true);
        return new For(lane, LoopKind.Vector, new Store(sums, slot + lane, ConstantExpr.Zero(sums.Type)));
    }
}
