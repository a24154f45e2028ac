namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// Σ over keys of the scores of few rows times rows of another operand, lanes along the features. Keys go to several sums in turn,
/// so that an addition need not wait for the one before.
/// </summary>
internal sealed class FewRowsSum
{
    /// <summary>Sums of one row and feature.</summary>
    public const int MostTurns = 4;

    private const int Vectors = 4;

    private readonly ScoreBlock _block;
    private readonly StoreDefinition _store;
    private readonly ReduceExpr _sum;
    private readonly LoopVar _feature;
    private readonly BinaryExpr _product;
    private readonly int _lanes;
    private readonly int _turns;

    public FewRowsSum(ScoreBlock block, StoreDefinition store)
    {
        (_block, _store, _sum, _feature) = (block, store, ScorePass.ReductionIn(store)!, store.Domain[^1]);
        _product = (BinaryExpr)block.Value(_sum.Body);
        var fits = LaneAnalysis.IsContiguous(store.Index, _feature) && LaneAnalysis.LanesFor([_product], _feature, block.Target.VectorBytes) == block.Lanes;
        _lanes = fits ? block.Lanes : 1;
        _turns = block.Rows == 1 ? MostTurns : block.Rows < 4 ? 2 : 1;
    }

    public Statement Build()
    {
        var width = Vectors * _lanes / (_block.Rows > 2 ? 2 : 1);
        var (whole, rest) = Math.DivRem(_feature.Extent, width);
        var part = new LoopVar("part", whole);
        var statements = new List<Statement>();
        if (whole > 0) statements.Add(new For(part, LoopKind.Serial, Tile((IndexExpr)part * width, width), note: $"{_store.Buffer}: sums over keys."));
        if (rest > 0) statements.Add(Tile(whole * width, rest));
        return Block.Of(statements);
    }

    /// <summary>Vectors of features times rows times turns in registers.</summary>
    private Block Tile(IndexExpr first, long features)
    {
        var places = (from r in Enumerable.Range(0, (int)_block.Rows)
                      from f in Enumerable.Range(0, (int)((features + _lanes - 1) / _lanes))
                      select new Place(r, first + f * _lanes, Math.Min(_lanes, features - f * _lanes))).ToArray();
        var sums = new LoopBuffer("sum", _sum.Type, (long)places.Length * _turns * _lanes);
        var (whole, rest) = Math.DivRem(_block.Keys, _turns);
        var step = new LoopVar("step", whole);
        var last = Enumerable.Range(0, (int)rest).SelectMany(t => places.Select((p, i) => Added(sums, p, i, t, whole * _turns + t))).ToArray();
        return Block.Of(
        [
            new Allocate(sums, BufferPlace.Register, _lanes > 1),
            .. Enumerable.Range(0, places.Length * _turns).Select(i => Cleared(sums, i)),
            new For(step, LoopKind.Serial, Block.Of(Enumerable.Range(0, _turns).SelectMany(t =>
                places.Select((p, i) => Added(sums, p, i, t, (IndexExpr)step * _turns + t)))), _block.KeyEnd is null ? null : (_block.KeyEnd + (_turns - 1)) / _turns),
            _block.KeyEnd is null || last.Length == 0 ? Block.Of(last)
                : ScoreBlock.When(_block.KeyEnd, whole * _turns + 1, _block.KeyEnd.Maximum + 1, Block.Of(last)),
            .. places.Select((p, i) => Stored(sums, p, i)),
        ]);
    }

    private Statement Added(LoopBuffer sums, Place place, int i, int turn, IndexExpr key) => place.Run(_lanes, (lane, feature) => new Store(
        sums, Slot(i * _turns + turn, lane), _block.At(_product, place.Row, key).Substitute(Feature(feature)), ReduceFunction.Sum));

    private Statement Stored(LoopBuffer sums, Place place, int i) => place.Run(_lanes, (lane, feature) =>
    {
        Expr total = new LoadExpr(sums, Slot(i * _turns, lane));
        for (var t = 1; t < _turns; t++) total = new BinaryExpr(BinaryFunction.Add, total, new LoadExpr(sums, Slot(i * _turns + t, lane)));
        var hole = new LoadExpr(new LoopBuffer("sum", _sum.Type, 1), 0);
        var value = _block.At(_block.Value(_store.Value.Replace(_sum, hole)), place.Row).Substitute(Feature(feature)).Replace(hole, total);
        return new Store(_store.Buffer, _block.At(_store.Index, place.Row).Substitute(Feature(feature)), value);
    });

    private Statement Cleared(LoopBuffer sums, int i)
    {
        var lane = _lanes == 1 ? null : new LoopVar("lane", _lanes, isLane: true);
        var clear = new Store(sums, Slot(i, lane), ConstantExpr.Zero(sums.Type));
        return lane is null ? clear : new For(lane, LoopKind.Vector, clear);
    }

    private IndexExpr Slot(int i, LoopVar? lane) => lane is null ? i : (IndexExpr)(i * _lanes) + lane;

    private Dictionary<LoopVar, IndexExpr> Feature(IndexExpr feature) => new() { [_feature] = feature };

    /// <summary>Features of a row that are lanes of one register.</summary>
    private sealed record Place(IndexExpr Row, IndexExpr First, long Count)
    {
        public Place(int row, IndexExpr first, long count) : this((IndexExpr)row, first, count) { }

        public Statement Run(int lanes, Func<LoopVar?, IndexExpr, Statement> body)
        {
            if (lanes == 1) return body(null, First);
            var lane = new LoopVar("lane", Count, isLane: true);
            return new For(lane, LoopKind.Vector, body(lane, First + lane));
        }
    }
}
