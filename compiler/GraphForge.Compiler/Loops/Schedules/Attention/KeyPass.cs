using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>One pass over the keys of few rows: elementwise scores and reductions, lanes along keys.</summary>
internal sealed class KeyPass
{
    private readonly ScoreBlock _block;
    private readonly (StoreDefinition Store, ReduceExpr? Reduce, Expr Value)[] _steps;
    private readonly int _lanes;

    private KeyPass(ScoreBlock block, IReadOnlyList<StoreDefinition> stores)
    {
        _block = block;
        _steps = [.. stores.Select(s => (s, ScorePass.ReductionIn(s), block.Value(ScorePass.ReductionIn(s)?.Body ?? s.Value)))];
        _lanes = LaneAnalysis.LanesFor(_steps.Select(s => s.Value), block.Scores.Key, block.Target.VectorBytes) == block.Lanes ? block.Lanes : 1;
    }

    public static Statement Build(ScoreBlock block, IReadOnlyList<StoreDefinition> stores)
    {
        var pass = new KeyPass(block, stores);
        var row = new LoopVar("row", block.Rows);
        return block.Rows == 1 ? pass.OfRow(0) : new For(row, LoopKind.Serial, pass.OfRow(row));
    }

    private Block OfRow(IndexExpr row)
    {
        var totals = _steps.Where(s => s.Reduce is not null).ToDictionary(s => s.Store, s => new LoopBuffer(s.Store.Buffer.Name, s.Reduce!.Type, _lanes));
        var note = string.Join(", ", _steps.Select(s => s.Store.Buffer.Name)) + ".";
        return Block.Of(
        [
            .. totals.SelectMany(t => Started(t.Value, ScorePass.ReductionIn(t.Key)!.Function)),
            OverKeys((lane, key) => Block.Of(_steps.Select(s => At(s, row, key, lane, totals))), note),
            .. _steps.Where(s => s.Reduce is not null).Select(s => Result(s.Store, s.Reduce!, row, totals[s.Store])),
        ]);
    }

    /// <summary>Whole vectors of keys as far as the rows need them, then the keys left.</summary>
    private Statement OverKeys(Func<LoopVar?, IndexExpr, Statement> body, string note)
    {
        var (whole, rest) = Math.DivRem(_block.Keys, _lanes);
        var step = new LoopVar("v", whole);
        var end = _block.KeyEnd is null ? null : _block.KeyEnd / _lanes;
        var all = new For(step, LoopKind.Serial, Vector((IndexExpr)step * _lanes, _lanes), end, note);
        if (rest == 0) return all;
        var last = Vector(whole * _lanes, rest);
        return Block.Of(all, _block.KeyEnd is null ? last : ScoreBlock.When(_block.KeyEnd, whole * _lanes + 1, _block.KeyEnd.Maximum + 1, last));

        Statement Vector(IndexExpr first, long count)
        {
            if (_lanes == 1) return body(null, first);
            var lane = new LoopVar("lane", count, isLane: true);
            return new For(lane, LoopKind.Vector, body(lane, first + lane));
        }
    }

    private Store At((StoreDefinition Store, ReduceExpr? Reduce, Expr Value) step, IndexExpr row, IndexExpr key, LoopVar? lane,
        Dictionary<StoreDefinition, LoopBuffer> totals)
    {
        var value = _block.At(step.Value, row, key);
        if (step.Reduce is { } reduce) return new Store(totals[step.Store], lane is null ? 0 : lane, value, reduce.Function);
        var (buffer, index) = _block.Tiles.Place(step.Store.Buffer, row, key);
        return new Store(buffer, index, value);
    }

    private Store Result(StoreDefinition store, ReduceExpr reduce, IndexExpr row, LoopBuffer total)
    {
        var lane = new LoopVar("lane", _lanes, isLane: true);
        Expr combined = _lanes == 1 ? new LoadExpr(total, 0) : new ReduceExpr(reduce.Function, [lane], new LoadExpr(total, lane));
        var hole = new LoadExpr(new LoopBuffer("total", reduce.Type, 1), 0);
        var (buffer, index) = _block.Tiles.Place(store.Buffer, row, 0);
        return new Store(buffer, index, _block.At(_block.Value(store.Value.Replace(reduce, hole)), row).Replace(hole, combined));
    }

    private IEnumerable<Statement> Started(LoopBuffer register, ReduceFunction function)
    {
        yield return new Allocate(register, BufferPlace.Register, _lanes > 1);
        var neutral = new ConstantExpr(Reduction.Neutral(function, register.Type));
        var lane = new LoopVar("lane", _lanes, isLane: true);
        yield return _lanes == 1 ? new Store(register, 0, neutral) : new For(lane, LoopKind.Vector, new Store(register, lane, neutral));
    }
}
