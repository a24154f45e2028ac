using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// The loops of a pass that reduces in vector registers. Each reduction has several, filled in turn, so that one addition need
/// not wait for the one before; they are combined in a fixed order at the end of the row, then their lanes. Long sums of floats
/// run in registers of their own, so that the rounding error grows with the length of a run and the number of runs.
/// </summary>
internal sealed class RowAccumulators
{
    /// <summary>Most additions into one register of a run.</summary>
    private const long RunLength = 64;

    private readonly RowPass _pass;
    private readonly int _lanes;
    private readonly long _vectors;
    private readonly long _rest;
    private readonly int _unroll;
    private readonly LoopBuffer[] _totals;
    private readonly LoopBuffer[] _runs;
    private readonly bool _hasRuns;

    public RowAccumulators(RowPass pass, int lanes)
    {
        (_pass, _lanes) = (pass, lanes);
        (_vectors, _rest) = Math.DivRem(pass.Axes[^1].Extent, lanes);
        _unroll = Unroll(pass);
        while (_unroll > Math.Max(1, _vectors)) _unroll /= 2;
        _totals = pass.Reductions.Select(r => Register(RowValues.NameOf(r), r)).ToArray();
        _hasRuns = pass.Axes.SkipLast(1).Aggregate(Steps + 1, (p, v) => p * v.Extent) > 2 * RunLength;
        _runs = pass.Reductions.Zip(_totals, (r, total) => HasRuns(r) ? Register("run", r) : total).ToArray();
    }

    private long Steps => _vectors / _unroll;

    private Expr Zero(int i) => new ConstantExpr(Reduction.Neutral(_pass.Reductions[i].Function, _totals[i].Type));

    private bool HasRuns(ReduceExpr reduce) => _hasRuns && reduce.Function == ReduceFunction.Sum && reduce.Type.IsFloat();

    private LoopBuffer Register(string name, ReduceExpr reduce) => new(name, reduce.Type, _unroll * _lanes);

    /// <summary>As many vectors at a time as hide the latency of an addition, which is about four of them.</summary>
    private static int Unroll(RowPass pass) => pass.Bodies.Sum(b => Cost.OfColumn(b, pass.Axes)) switch { <= 3 => 4, <= 6 => 2, _ => 1 };

    public void AppendTo(RowValues values)
    {
        foreach (var (i, total) in _totals.Index())
        {
            values.Statements.Add(new Allocate(total, BufferPlace.Register, isVector: true));
            values.Statements.AddRange(Fill(total, i));
        }
        foreach (var kept in _pass.Kept) values.Statements.Add(new Allocate(kept.Buffer, BufferPlace.Scratch));
        values.Statements.Add(Loops());
        foreach (var (i, total) in _totals.Index()) values.SetResult(_pass.Reductions[i], Combined(i, total, values.Statements));
    }

    private IEnumerable<Statement> Fill(LoopBuffer register, int i) => Enumerable.Range(0, _unroll).Select(slot =>
    {
        var lane = Lane(_lanes);
        return new For(lane, LoopKind.Vector, new Store(register, (IndexExpr)(slot * _lanes) + lane, Zero(i)));
    });

    private LoadExpr Slot(LoopBuffer register, int slot, LoopVar lane) => new(register, (IndexExpr)(slot * _lanes) + lane);

    private static LoopVar Lane(long lanes) => new("lane", lanes, isLane: true);

    private Statement Loops()
    {
        IReadOnlyList<LoopVar> outer = [.. _pass.Axes.SkipLast(1)];
        if (!_hasRuns) return For.Nest(outer, Block.Of([.. Whole(0, Steps, _totals), .. Rest(_totals)]));
        if (outer.Count > 0 && Steps < RunLength) return RunsOfRows(outer);
        return For.Nest(outer, Block.Of([RunsWithinRow(), .. Rest(_totals)]));
    }

    /// <summary>A run is a stretch of the innermost axis.</summary>
    private For RunsWithinRow()
    {
        var run = new LoopVar("run", (Steps + RunLength - 1) / RunLength);
        var first = (IndexExpr)run * RunLength;
        var stretch = Whole(first, RunLength, _runs, Steps % RunLength == 0 ? null : (IndexExpr)Steps - first);
        return new For(run, LoopKind.Serial, InRun(stretch));
    }

    /// <summary>A run is a few turns of the axis around the innermost.</summary>
    private Statement RunsOfRows(IReadOnlyList<LoopVar> outer)
    {
        var (axis, turns) = (outer[^1], Math.Max(1, RunLength / (Steps + 1)));
        var run = new LoopVar("run", (axis.Extent + turns - 1) / turns);
        var within = new LoopVar(axis.Name, Math.Min(turns, axis.Extent));
        var values = new Dictionary<LoopVar, IndexExpr> { [axis] = (IndexExpr)run * turns + within };
        var turn = StatementWalk.Substitute(Block.Of([.. Whole(0, Steps, _runs), .. Rest(_runs)]), values);
        var limit = axis.Extent % turns == 0 ? null : (IndexExpr)axis.Extent - (IndexExpr)run * turns;
        return For.Nest(outer.SkipLast(1), new For(run, LoopKind.Serial,
            InRun([turns == 1 ? turn : new For(within, LoopKind.Serial, turn, limit)])));
    }

    private Block InRun(IEnumerable<Statement> loops)
    {
        var own = _runs.Index().Where(r => r.Item != _totals[r.Index]).ToArray();
        return Block.Of([
            .. own.SelectMany(r => Fill(r.Item, r.Index).Prepend(new Allocate(r.Item, BufferPlace.Register, isVector: true))),
            .. loops,
            .. own.SelectMany(r => Enumerable.Range(0, _unroll).Select(slot =>
            {
                var lane = Lane(_lanes);
                return new For(lane, LoopKind.Vector,
                    new Store(_totals[r.Index], Slot(r.Item, slot, lane).Index, Slot(r.Item, slot, lane), ReduceFunction.Sum));
            }))]);
    }

    /// <summary>Steps of whole vectors, <see cref="_unroll"/> at a time.</summary>
    private IEnumerable<Statement> Whole(IndexExpr first, long steps, LoopBuffer[] registers, IndexExpr? limit = null)
    {
        if (steps == 0) yield break;
        var step = new LoopVar($"{_pass.Axes[^1].Name}v", steps);
        var slots = Enumerable.Range(0, _unroll).Select(slot => At(((first + step) * _unroll + slot) * _lanes, _lanes, slot, registers));
        yield return new For(step, LoopKind.Serial, Block.Of(slots), limit);
    }

    /// <summary>Whole vectors that are too few for a step, and the last elements.</summary>
    private IEnumerable<Statement> Rest(LoopBuffer[] registers)
    {
        for (var v = Steps * _unroll; v < _vectors; v++) yield return At(v * _lanes, _lanes, (int)(v % _unroll), registers);
        if (_rest > 0) yield return At(_vectors * _lanes, _rest, (int)(_vectors % _unroll), registers);
    }

    /// <summary>Adds the elements at <paramref name="first"/> to a slot of the registers.</summary>
    private Block At(IndexExpr first, long count, int slot, LoopBuffer[] registers)
    {
        var lane = Lane(count);
        var at = new Dictionary<LoopVar, IndexExpr> { [_pass.Axes[^1]] = first + lane };
        var start = new Dictionary<LoopVar, IndexExpr> { [_pass.Axes[^1]] = first };
        return Block.Of([.. _pass.Awaiting(start), new For(lane, LoopKind.Vector, Block.Of([
            .. _pass.Keeping(at),
            .. registers.Index().Select(r => new Store(
                r.Item, Slot(r.Item, slot, lane).Index, _pass.Bodies[r.Index].Substitute(at), _pass.Reductions[r.Index].Function))]))]);
    }

    /// <summary>Adds the slots pairwise; the value is that of all lanes.</summary>
    private Expr Combined(int i, LoopBuffer total, List<Statement> row)
    {
        var function = _pass.Reductions[i].Function;
        for (var half = _unroll / 2; half > 0; half /= 2)
            for (var slot = 0; slot < half; slot++)
            {
                var lane = Lane(_lanes);
                row.Add(new For(lane, LoopKind.Vector,
                    new Store(total, Slot(total, slot, lane).Index, Slot(total, slot + half, lane), function)));
            }
        var all = Lane(_lanes);
        return new ReduceExpr(function, [all], new LoadExpr(total, all));
    }
}
