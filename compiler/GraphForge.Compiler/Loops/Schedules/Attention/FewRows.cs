using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// Attention of one row, or few that share keys, such as a token that is decoded over a cache of keys and values. Each key and value
/// is read once: scores as products along the features, whose lanes are added up, everything between with lanes along keys, sums
/// with lanes along features. A task is all rows that share keys.
/// </summary>
internal sealed class FewRows
{
    /// <summary>Registers of a tile.</summary>
    private const long Sums = 8;

    private readonly KernelDefinition _definition;
    private readonly ScoreBlock _block;

    private FewRows(KernelDefinition definition, CpuTarget target, int lanes)
    {
        _definition = WithPlainContractions(definition);
        var scores = _definition.Scores!;
        var (rows, keys) = (new ScoreRange(0, scores.Row.Extent), new ScoreRange(0, scores.Key.Extent));
        // Whole vectors of keys, and whole turns of sums.
        var step = Math.Max(lanes, FewRowsSum.MostTurns);
        var end = KeyLimit.Of(_definition)?.Substitute(new Dictionary<LoopVar, IndexExpr> { [scores.Row] = rows.Count - 1 });
        _block = new ScoreBlock(_definition, new ScoreTiles(_definition, rows.Count, keys.Count, rowAfterRow: true), target, lanes, rows, keys,
            end is null ? null : (end + (step - 1)) / step * step);
    }

    public static LoopKernel Build(KernelDefinition definition, CpuTarget target, int lanes)
    {
        var schedule = new FewRows(definition, target, lanes);
        var body = Block.Of([.. schedule._block.Tiles.Allocations(), .. schedule.Statements()]);
        var work = schedule._block.Rows * schedule._block.Keys * definition.Stores.Sum(s => Cost.OfValue(s.Value)) / lanes;
        return TaskLoop.OverRows(definition, definition.Rows, null, body, work, lanes);
    }

    /// <summary>What follows a contraction is done in lanes along keys, after it.</summary>
    private static KernelDefinition WithPlainContractions(KernelDefinition definition)
    {
        var scores = definition.Scores!;
        var (stores, locals) = (new List<StoreDefinition>(), scores.Locals.ToHashSet());
        foreach (var store in definition.Stores)
        {
            if (!scores.IsMatrix(store) || ScorePass.ReductionIn(store) is not { } sum || sum == store.Value)
            {
                stores.Add(store);
                continue;
            }
            var raw = new LoopBuffer("raw", sum.Type, store.Buffer.Count);
            locals.Add(raw);
            stores.Add(store with { Buffer = raw, Value = sum });
            stores.Add(store with { Value = store.Value.Replace(sum, new LoadExpr(raw, store.Index)) });
        }
        return definition with { Stores = stores, Scores = scores with { Locals = locals } };
    }

    private IEnumerable<Statement> Statements()
    {
        var (stores, scores) = (_definition.Stores, _block.Scores);
        for (var i = 0; i < stores.Count;)
        {
            var pass = ScorePass.Length(stores, i, scores, new HashSet<LoopBuffer>());
            yield return pass > 0 ? KeyPass.Build(_block, [.. stores.Skip(i).Take(pass)])
                : scores.IsMatrix(stores[i]) ? Contraction(stores[i])
                : stores[i].Domain[^1] == scores.Row ? RowValue(stores[i])
                : Sum(stores[i]);
            i += Math.Max(1, pass);
        }
    }

    private Statement OverRows(Func<IndexExpr, Statement> body)
    {
        var row = new LoopVar("row", _block.Rows);
        return _block.Rows == 1 ? body(0) : new For(row, LoopKind.Serial, body(row));
    }

    private Statement RowValue(StoreDefinition store) => OverRows(row =>
    {
        var isLocal = _block.Scores.Locals.Contains(store.Buffer);
        var (buffer, index) = isLocal ? _block.Tiles.Place(store.Buffer, row, 0) : (store.Buffer, _block.At(store.Index, row));
        return new Store(buffer, index, _block.At(_block.Value(store.Value), row));
    });

    /// <summary>Scores, some keys at a time; lanes along the innermost sum where both operands lie along it.</summary>
    private Statement Contraction(StoreDefinition store)
    {
        var sum = ScorePass.ReductionIn(store)!;
        var product = (BinaryExpr)_block.Value(sum.Body);
        var axis = sum.ReducedVariables[^1];
        var fits = product is { Left: LoadExpr left, Right: LoadExpr right } && LaneAnalysis.IsContiguous(left.Index, axis) &&
            LaneAnalysis.IsContiguous(right.Index, axis) && LaneAnalysis.LanesFor([product], axis, _block.Target.VectorBytes) == _block.Lanes;
        var height = fits ? Math.Max(1, Sums / _block.Rows) : 1;
        var lanes = fits ? _block.Lanes : 1;
        var (whole, rest) = Math.DivRem(_block.Keys, height);
        var tile = new LoopVar("tile", whole);
        var end = _block.KeyEnd is null ? null : (_block.KeyEnd + (height - 1)) / height;
        var tiles = new For(tile, LoopKind.Serial, Tile((IndexExpr)tile * height, height), end, $"{store.Buffer}: products along the features.");
        if (rest == 0) return tiles;
        var last = Tile(whole * height, rest);
        return Block.Of(tiles, _block.KeyEnd is null ? last : ScoreBlock.When(_block.KeyEnd, whole * height + 1, _block.KeyEnd.Maximum + 1, last));

        Statement Tile(IndexExpr firstKey, long keys)
        {
            var places = (from k in Enumerable.Range(0, (int)keys) from r in Enumerable.Range(0, (int)_block.Rows) select (Key: firstKey + k, Row: (IndexExpr)r)).ToArray();
            var sums = new LoopBuffer("sum", sum.Type, places.Length * lanes);
            var add = VectorLoop.Build(axis, lanes, (lane, at) => Block.Of(places.Select((p, i) => new Store(
                sums, Slot(i, lane), _block.At(product, p.Row, p.Key).Substitute(at), ReduceFunction.Sum))));
            return Block.Of([new Allocate(sums, BufferPlace.Register, lanes > 1), .. places.Select((_, i) => Cleared(sums, i)),
                For.Nest(sum.ReducedVariables.SkipLast(1), add), .. places.Select((p, i) => Stored(p.Row, p.Key, Total(sums, i)))]);
        }

        IndexExpr Slot(int i, LoopVar? lane) => lane is null ? i : (IndexExpr)(i * lanes) + lane;

        Statement Cleared(LoopBuffer sums, int i)
        {
            var lane = lanes == 1 ? null : new LoopVar("lane", lanes, isLane: true);
            var clear = new Store(sums, Slot(i, lane), ConstantExpr.Zero(sums.Type));
            return lane is null ? clear : new For(lane, LoopKind.Vector, clear);
        }

        Expr Total(LoopBuffer sums, int i)
        {
            if (lanes == 1) return new LoadExpr(sums, i);
            var lane = new LoopVar("lane", lanes, isLane: true);
            return new ReduceExpr(ReduceFunction.Sum, [lane], new LoadExpr(sums, Slot(i, lane)));
        }

        Store Stored(IndexExpr row, IndexExpr key, Expr total)
        {
            var (buffer, index) = _block.Tiles.Place(store.Buffer, row, key);
            return new Store(buffer, index, total);
        }
    }

    /// <summary>Σ over keys of scores times rows of another operand, lanes along the features.</summary>
    private Statement Sum(StoreDefinition store) => new FewRowsSum(_block, store).Build();
}
