namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// A contraction of scores with rows of another operand: Σ over keys for every row, or Σ over the rows of a block for every key.
/// Lanes run along the features; each tile keeps some rows or keys times some vectors of features in registers, and reads the
/// scores as broadcasts.
/// </summary>
internal sealed class ScoreSum
{
    private readonly ScoreBlock _block;
    private readonly StoreDefinition _store;
    private readonly ReduceExpr _sum;
    private readonly LoopVar _feature;
    private readonly LoadExpr _score;
    private readonly Expr _operand;

    private ScoreSum(ScoreBlock block, StoreDefinition store)
    {
        (_block, _store, _sum, _feature) = (block, store, ReductionIn(store), store.Domain[^1]);
        var product = (BinaryExpr)_sum.Body;
        var isLeft = product.Left is LoadExpr left && block.Scores.Locals.Contains(left.Buffer);
        (_score, _operand) = isLeft ? ((LoadExpr)product.Left, product.Right) : ((LoadExpr)product.Right, product.Left);
    }

    /// <summary>Whether each key has a sum, to which every block of rows adds.</summary>
    public static bool IsOfKeys(StoreDefinition store, ScoreDomain scores) => store.Domain.Contains(scores.Key) && !scores.IsMatrix(store);

    /// <summary>A register for every vector of sums, as many rows as are good for the target.</summary>
    private long TileRows => ScoreBlock.TileKeys(_block.Target);

    /// <summary>For each row of the block, Σ over keys.</summary>
    public static Statement OfRows(ScoreBlock block, StoreDefinition store)
    {
        if (!LaneAnalysis.IsContiguous(store.Index, store.Domain[^1])) return OfScatteredRows(block, store);
        var sum = new ScoreSum(block, store);
        var (whole, rest) = Math.DivRem(block.Rows, sum.TileRows);
        var tile = new LoopVar("tile", whole);
        var statements = new List<Statement>();
        if (whole > 0) statements.Add(new For(tile, LoopKind.Serial, sum.OverFeatures((f, vectors, last) =>
            sum.RowTile((IndexExpr)tile * sum.TileRows, sum.TileRows, f, vectors, last)), note: $"{store.Buffer}: rows × features in registers."));
        if (rest > 0) statements.Add(sum.OverFeatures((f, vectors, last) => sum.RowTile(whole * sum.TileRows, rest, f, vectors, last)));
        return Block.Of(statements);
    }

    /// <summary>By way of scratch memory, where neighbouring features of the result do not lie together.</summary>
    private static Block OfScatteredRows(ScoreBlock block, StoreDefinition store)
    {
        var (feature, sum) = (store.Domain[^1], ReductionIn(store));
        var dense = new LoopBuffer("sums", sum.Type, block.Rows * feature.Extent);
        var offset = new LoopVar("offset", block.Rows);
        var rows = OfRows(block, store with { Buffer = dense, Index = ((IndexExpr)block.Scores.Row - block.RowRange.First) * feature.Extent + feature, Value = sum });
        var hole = new LoadExpr(new LoopBuffer("sum", sum.Type, 1), 0);
        var value = block.At(block.Value(store.Value.Replace(sum, hole)), offset).Replace(hole, new LoadExpr(dense, (IndexExpr)offset * feature.Extent + feature));
        return Block.Of(new Allocate(dense, BufferPlace.Scratch), rows, For.Nest([offset, feature], new Store(store.Buffer, block.At(store.Index, offset), value)));
    }

    private static ReduceExpr ReductionIn(StoreDefinition store) => ScorePass.ReductionIn(store)!;

    /// <summary>For each key, adds Σ over the rows of the block to <paramref name="total"/>, [keys, features].</summary>
    public static Statement OfKeys(ScoreBlock block, StoreDefinition store, LoopBuffer total)
    {
        var sum = new ScoreSum(block, store);
        return block.OverKeyTiles(
            (key, keys) => sum.OverFeatures((f, vectors, last) => sum.KeyTile(key, keys, f, vectors, last, total)),
            $"{store.Buffer}: keys × features in registers.");
    }

    /// <summary>Zeros for <see cref="OfKeys"/> to start from.</summary>
    public static Statement Clear(LoopBuffer total, int lanes) => VectorLoop.Build(new LoopVar("i", total.Count), lanes, (lane, at) =>
        new Store(total, at.Count == 0 ? IndexExpr.Zero : at.Values.Single(), ConstantExpr.Zero(total.Type)));

    /// <summary>Stores what <see cref="OfKeys"/> has added up.</summary>
    public static Statement Finish(StoreDefinition store, LoopVar key, ScoreRange keys, LoopBuffer total, int lanes)
    {
        var (feature, sum) = (store.Domain[^1], ReductionIn(store));
        var step = new LoopVar("key", keys.Count);
        var (value, place) = (new LoadExpr(total, (IndexExpr)step * feature.Extent + feature), new Dictionary<LoopVar, IndexExpr> { [key] = keys.First + step });
        var whole = new Store(store.Buffer, store.Index.Substitute(place), store.Value.Replace(sum, value).Substitute(place));
        var body = VectorLoop.Build(feature, LaneAnalysis.IsContiguous(store.Index, feature) ? lanes : 1, (_, at) => StatementWalk.Substitute(whole, at));
        return new For(step, LoopKind.Serial, body, note: $"{store.Buffer}: complete.");
    }

    /// <summary>Tiles of whole vectors of features, then one with what is left.</summary>
    /// <param name="body">Makes a tile from its first feature, its number of vectors, and the lanes of the last.</param>
    private Statement OverFeatures(Func<IndexExpr, int, long, Statement> body)
    {
        var (lanes, extent) = (_block.Lanes, _feature.Extent);
        var vectors = (extent + lanes - 1) / lanes;
        var width = vectors == 3 ? 3 : (int)Math.Min(vectors, ScoreBlock.TileVectors);
        var (whole, rest) = Math.DivRem(extent, width * lanes);
        var statements = new List<Statement>();
        var part = new LoopVar("part", whole);
        if (whole == 1) statements.Add(body(0, width, lanes));
        else if (whole > 1) statements.Add(new For(part, LoopKind.Serial, body((IndexExpr)part * (width * lanes), width, lanes)));
        if (rest > 0)
            statements.Add(body(whole * width * lanes, (int)((rest + lanes - 1) / lanes), rest % lanes == 0 ? lanes : rest % lanes));
        return Block.Of(statements);
    }

    private Block RowTile(IndexExpr firstRow, long rows, IndexExpr firstFeature, int vectors, long lastLanes)
    {
        var (clear, add, store) = (new List<Statement>(), new List<Statement>(), new List<Statement>());
        var sums = new LoopBuffer("sum", _sum.Type, rows * vectors * _block.Lanes);
        var key = new LoopVar("key", _block.Keys);
        for (long r = 0; r < rows; r++)
            for (var v = 0; v < vectors; v++)
            {
                var slot = (IndexExpr)((r * vectors + v) * _block.Lanes);
                var lane = Lane(v, vectors, lastLanes);
                var at = Features(firstFeature, v, lane);
                clear.Add(Cleared(sums, slot));
                add.Add(new For(lane, LoopKind.Vector, Added(sums, slot + lane, firstRow + r, key, at)));
                store.Add(new For(lane, LoopKind.Vector, new Store(_store.Buffer, _block.At(_store.Index, firstRow + r).Substitute(at),
                    WithSum(new LoadExpr(sums, slot + lane), firstRow + r, at))));
            }
        return Block.Of([new Allocate(sums, BufferPlace.Register, isVector: true), .. clear,
            new For(key, LoopKind.Serial, Block.Of(add), _block.KeyEnd), .. store]);
    }

    private Block KeyTile(IndexExpr firstKey, long keys, IndexExpr firstFeature, int vectors, long lastLanes, LoopBuffer total)
    {
        var (load, add, store) = (new List<Statement>(), new List<Statement>(), new List<Statement>());
        var sums = new LoopBuffer("sum", _sum.Type, keys * vectors * _block.Lanes);
        var row = new LoopVar("row", _block.Rows);
        for (long k = 0; k < keys; k++)
            for (var v = 0; v < vectors; v++)
            {
                var slot = (IndexExpr)((k * vectors + v) * _block.Lanes);
                var lane = Lane(v, vectors, lastLanes);
                var at = Features(firstFeature, v, lane);
                var place = (firstKey + k) * _feature.Extent + at[_feature];
                load.Add(new For(lane, LoopKind.Vector, new Store(sums, slot + lane, new LoadExpr(total, place))));
                add.Add(new For(lane, LoopKind.Vector, Added(sums, slot + lane, row, firstKey + k, at)));
                store.Add(new For(lane, LoopKind.Vector, new Store(total, place, new LoadExpr(sums, slot + lane))));
            }
        return Block.Of([new Allocate(sums, BufferPlace.Register, isVector: true), .. load, new For(row, LoopKind.Serial, Block.Of(add)), .. store]);
    }

    private Store Added(LoopBuffer sums, IndexExpr slot, IndexExpr row, IndexExpr key, Dictionary<LoopVar, IndexExpr> at) =>
        new(sums, slot, new BinaryExpr(BinaryFunction.Multiply, _block.At(_block.Value(_score), row, key),
            _block.At(_block.Value(_operand), row, key).Substitute(at)), ReduceFunction.Sum);

    private Expr WithSum(Expr sum, IndexExpr row, Dictionary<LoopVar, IndexExpr> at)
    {
        var hole = new LoadExpr(new LoopBuffer("sum", _sum.Type, 1), 0);
        return _block.At(_block.Value(_store.Value.Replace(_sum, hole)), row).Substitute(at).Replace(hole, sum);
    }

    private LoopVar Lane(int vector, int vectors, long lastLanes) =>
        new("lane", vector == vectors - 1 ? lastLanes : _block.Lanes, isLane: true);

    private Dictionary<LoopVar, IndexExpr> Features(IndexExpr first, int vector, LoopVar lane) =>
        new() { [_feature] = first + vector * _block.Lanes + lane };

    private For Cleared(LoopBuffer sums, IndexExpr slot)
    {
        var lane = new LoopVar("lane", _block.Lanes, isLane: true);
        return new For(lane, LoopKind.Vector, new Store(sums, slot + lane, ConstantExpr.Zero(sums.Type)));
    }
}
