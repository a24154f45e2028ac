using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// One pass over the keys of a block: elementwise scores, and reductions of rows in registers, one register a vector of rows.
/// Long sums are cut into runs, each in a register of its own, as in <see cref="SumRuns"/>.
/// </summary>
internal sealed class ScorePass
{
    private const long RunLength = 64;

    private readonly ScoreBlock _block;
    private readonly Step[] _scores;
    private readonly Step[] _reductions;

    private ScorePass(ScoreBlock block, IReadOnlyList<StoreDefinition> stores)
    {
        _block = block;
        var known = new Dictionary<LoopBuffer, LoopBuffer>();
        var steps = new List<Step>();
        foreach (var store in stores)
        {
            // What this pass has just computed is still in a register.
            var reduce = ReductionIn(store);
            var value = (reduce?.Body ?? store.Value).Rewrite(e => e is LoadExpr load && known.TryGetValue(load.Buffer, out var register)
                ? new LoadExpr(register, block.Tiles.Offset)
                : e);
            if (reduce is null) known[store.Buffer] = new LoopBuffer("score", store.Buffer.Type, (block.Rows + block.Lanes - 1) / block.Lanes * block.Lanes);
            steps.Add(new Step(store, reduce, block.Value(value), known.GetValueOrDefault(store.Buffer)));
        }
        (_scores, _reductions) = ([.. steps.Where(s => s.Reduce is null)], [.. steps.Where(s => s.Reduce is not null)]);
    }

    /// <summary>A store of the pass.</summary>
    /// <param name="Store">The definition.</param>
    /// <param name="Reduce">The reduction in it, if it is one of rows.</param>
    /// <param name="Value">The score, or what is reduced.</param>
    /// <param name="Register">Holds the scores of the block's rows while the pass is at their key.</param>
    private sealed record Step(StoreDefinition Store, ReduceExpr? Reduce, Expr Value, LoopBuffer? Register);

    public static ReduceExpr? ReductionIn(StoreDefinition store) =>
        store.Value.DescendantsAndSelf().OfType<ReduceExpr>().SingleOrDefault();

    /// <summary>How many of the stores from <paramref name="first"/> on one pass can do: none may wait for a reduction of the pass.</summary>
    public static int Length(IReadOnlyList<StoreDefinition> stores, int first, ScoreDomain scores, IReadOnlySet<LoopBuffer> turned)
    {
        var reduced = new HashSet<LoopBuffer>();
        var count = 0;
        foreach (var store in stores.Skip(first))
        {
            var isReduction = store.Domain[^1] == scores.Row && ReductionIn(store) is not null;
            if (!isReduction && (!scores.IsMatrix(store) || ReductionIn(store) is not null || turned.Contains(store.Buffer))) break;
            if (Loads.Of(store.Value).Any(l => reduced.Contains(l.Buffer))) break;
            if (isReduction) reduced.Add(store.Buffer);
            count++;
        }
        return count;
    }

    public static Statement Build(ScoreBlock block, IReadOnlyList<StoreDefinition> stores)
    {
        var pass = new ScorePass(block, stores);
        if (block.FitsLanes(pass.Values())) return pass.Over(block.Vectors());
        var offset = new LoopVar("offset", block.Rows);
        return new For(offset, LoopKind.Serial, pass.Over([new RowVector(null, offset, 0)]), note: "Rows one by one.");
    }

    private IEnumerable<Expr> Values() => _scores.Concat(_reductions).Select(s => s.Value);

    private string Note => string.Join(", ", _scores.Select(s => s.Store.Buffer.Name).Concat(_reductions.Select(r => r.Store.Buffer.Name))) + ".";

    private Statement Over(IReadOnlyList<RowVector> rows)
    {
        var totals = _reductions.Select(r => Register(r.Store.Buffer.Name, r.Reduce!.Type, rows)).ToArray();
        var inRuns = _block.Keys > 2 * RunLength && _reductions.Any(r => r.Reduce!.Function == ReduceFunction.Sum);
        return Block.Of(
        [
            .. _scores.Where(IsReadAgain).Select(s => new Allocate(s.Register!, BufferPlace.Register, rows[0].Lane is not null)),
            .. totals.SelectMany((register, i) => Started(register, _reductions[i].Reduce!.Function, rows)),
            inRuns ? InRuns(totals, rows) : _block.OverKeys(key => AtKey(key, totals, rows), Note),
            .. _reductions.Zip(totals).SelectMany(r => rows.Select(row => row.Run(Result(r.First, r.Second, row)))),
        ]);
    }

    private Statement InRuns(LoopBuffer[] totals, IReadOnlyList<RowVector> rows)
    {
        var runs = _reductions.Select((r, i) => r.Reduce!.Function == ReduceFunction.Sum ? Register("run", r.Reduce.Type, rows) : totals[i]).ToArray();
        var sums = Enumerable.Range(0, runs.Length).Where(i => runs[i] != totals[i]).ToArray();
        var (whole, rest) = Math.DivRem(_block.Keys, RunLength);
        var run = new LoopVar("run", whole);
        var all = new For(run, LoopKind.Serial, Run((IndexExpr)run * RunLength, RunLength),
            _block.KeyEnd is null ? null : (_block.KeyEnd + (RunLength - 1)) / RunLength, Note);
        return rest == 0 ? all : Block.Of(all, Run(whole * RunLength, rest));

        Block Run(IndexExpr start, long length)
        {
            var within = new LoopVar("key", length);
            return Block.Of(
            [
                .. sums.SelectMany(i => Started(runs[i], ReduceFunction.Sum, rows)),
                new For(within, LoopKind.Serial, AtKey(start + within, runs, rows), _block.KeyEnd is null ? null : _block.KeyEnd - start),
                .. sums.SelectMany(i => rows.Select(row => row.Run(
                    new Store(totals[i], Slot(row), new LoadExpr(runs[i], Slot(row)), ReduceFunction.Sum)))),
            ]);
        }
    }

    private Block AtKey(IndexExpr key, LoopBuffer[] registers, IReadOnlyList<RowVector> rows) => Block.Of(rows.Select(row => row.Run(Block.Of(
    [
        .. _scores.SelectMany(s => Score(s, row, key)),
        .. _reductions.Zip(registers).Select(r => new Store(r.Second, Slot(row), At(r.First.Value, row, key), r.First.Reduce!.Function)),
    ]))));

    private IEnumerable<Store> Score(Step step, RowVector row, IndexExpr key)
    {
        var value = At(step.Value, row, key);
        if (IsReadAgain(step))
        {
            yield return new Store(step.Register!, Slot(row), value);
            value = new LoadExpr(step.Register!, Slot(row));
        }
        var (buffer, index) = _block.Tiles.Place(step.Store.Buffer, row.Offset, key);
        yield return new Store(buffer, index, value);
    }

    private bool IsReadAgain(Step step) => _scores.Concat(_reductions).SelectMany(s => Loads.Of(s.Value)).Any(l => l.Buffer == step.Register);

    private Expr At(Expr value, RowVector row, IndexExpr key) => _block.At(
        value.Rewrite(e => e is LoadExpr load && _scores.Any(s => s.Register == load.Buffer) ? new LoadExpr(load.Buffer, Slot(row)) : e), row.Offset, key);

    private Store Result(Step reduction, LoopBuffer register, RowVector row)
    {
        var hole = new LoadExpr(new LoopBuffer("total", reduction.Reduce!.Type, 1), 0);
        var value = _block.At(_block.Value(reduction.Store.Value.Replace(reduction.Reduce, hole)), row.Offset);
        var (buffer, index) = _block.Tiles.Place(reduction.Store.Buffer, row.Offset, 0);
        return new Store(buffer, index, value.Replace(hole, new LoadExpr(register, Slot(row))));
    }

    private LoopBuffer Register(string name, Runtime.DType type, IReadOnlyList<RowVector> rows) =>
        new(name, type, rows[0].Lane is null ? 1 : rows.Count * _block.Lanes);

    private IndexExpr Slot(RowVector row) => row.Lane is null ? 0 : (IndexExpr)(row.Slot * _block.Lanes) + row.Lane;

    private static IEnumerable<Statement> Started(LoopBuffer register, ReduceFunction function, IReadOnlyList<RowVector> rows)
    {
        yield return new Allocate(register, BufferPlace.Register, rows[0].Lane is not null);
        foreach (var row in rows)
        {
            var lanes = register.Count / rows.Count;
            var neutral = new ConstantExpr(Reduction.Neutral(function, register.Type));
            if (row.Lane is null)
            {
                yield return new Store(register, 0, neutral);
                continue;
            }
            var lane = new LoopVar("lane", lanes, isLane: true);
            yield return new For(lane, LoopKind.Vector, new Store(register, (IndexExpr)(row.Slot * lanes) + lane, neutral));
        }
    }
}
