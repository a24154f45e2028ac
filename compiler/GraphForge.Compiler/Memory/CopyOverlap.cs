namespace GraphForge.Compiler.Memory;

/// <summary>
/// Copies to and from the host beside other steps. A device makes them one after the other while it works; a step waits only for what it
/// reads to have come, and for what it overwrites to have gone. So values are fetched as much earlier, and stay as much longer once their
/// way to the host has begun, as the copy takes and as the limit has room for.
/// </summary>
internal sealed class CopyOverlap
{
    /// <summary>Layouts that are tried: one may need more than the bytes that live at once, and the next aims lower.</summary>
    private const int MaximumLayouts = 4;

    private readonly MemoryPlan _plan;
    private readonly PlannedStep[] _steps;

    /// <summary>Bytes alive at each position, those of earlier fetches and later releases included.</summary>
    private readonly long[] _live;

    /// <summary>Modelled time at which each position begins, without any copy; then that of the end.</summary>
    private readonly double[] _start;

    private readonly long _limit;

    private CopyOverlap(MemoryPlan plan, long limit)
    {
        (_plan, _limit) = (plan, limit);
        _steps = [.. plan.Order.Select(s => plan.Program.Problem.Steps[s])];
        _live = [.. plan.Lifetimes.LiveBytes];
        _start = new double[_steps.Length + 1];
        for (var i = 0; i < _steps.Length; i++) _start[i + 1] = _start[i] + (_steps[i].Transfer == HostTransfer.None ? _steps[i].Milliseconds : 0);
    }

    /// <summary>A plan with its copies beside other steps.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="limit">Most bytes its arena may have; it has no more now.</param>
    public static MemoryPlan Of(MemoryPlan plan, long limit)
    {
        if (plan.Program.HostOffsets.Count == 0) return plan;
        var target = limit;
        for (var attempt = 0; attempt < MaximumLayouts; attempt++)
        {
            var (program, order) = new CopyOverlap(plan, target).Spread();
            var graph = new StepGraph(program.Problem);
            var layout = OffsetAssignment.Assign(graph, order);
            if (layout.ArenaBytes <= limit) return MemoryPlanner.Written(program, graph, order, layout);
            target -= layout.ArenaBytes - limit;
        }
        return plan;
    }

    /// <summary>Modelled time of a plan: its steps one after the other, and its copies likewise beside them.</summary>
    public static double Milliseconds(MemoryPlan plan)
    {
        var (now, copied) = (0.0, 0.0);
        var underWay = new List<(int Value, bool IsFetched, double End)>();
        foreach (var (position, index) in plan.Order.Index())
        {
            var step = plan.Program.Problem.Steps[index];
            if (step.Transfer != HostTransfer.None)
            {
                copied = Math.Max(now, copied) + step.Milliseconds;
                underWay.Add((step.Reads.Concat(step.Writes).Single(), step.Transfer == HostTransfer.Fetch, copied));
                continue;
            }
            var awaited = underWay.FindAll(c => c.IsFetched ? step.Reads.Contains(c.Value)
                : plan.Lifetimes.Intervals[c.Value].Last + (TakenOver(plan, c.Value) is null ? 0 : -1) < position);
            now = awaited.Select(c => c.End).Append(now).Max() + step.Milliseconds;
            awaited.ForEach(c => underWay.Remove(c));
        }
        return Math.Max(now, copied);
    }

    private (RepeatedSteps Program, int[] Order) Spread()
    {
        var holds = new Dictionary<int, List<int>>();
        foreach (var (value, position) in Held())
            if (!holds.TryAdd(_plan.Order[position], [value])) holds[_plan.Order[position]].Add(value);
        var earlier = Fetched().ToLookup(f => f.To, f => f.From);
        var order = Enumerable.Range(0, _steps.Length)
            .SelectMany(i => earlier[i].Order().Concat(IsFetch(i) ? [] : [i])).Select(i => _plan.Order[i]).ToArray();
        var problem = _plan.Program.Problem;
        return (_plan.Program with
        {
            Problem = problem with { Steps = [.. problem.Steps.Select((s, i) => holds.TryGetValue(i, out var held) ? s with { Holds = [.. held] } : s)] },
        }, order);
    }

    /// <summary>The value that is written in the place of another one by its last reader; null where none is.</summary>
    private static int? TakenOver(MemoryPlan plan, int value) => plan.Layout.InPlace.Where(p => p.Read == value).Select(p => (int?)p.Write).FirstOrDefault();

    private bool IsFetch(int position) => _steps[position].Transfer == HostTransfer.Fetch;

    /// <summary>For each value on its way to the host the last position that keeps it, where that is later than its last reader.</summary>
    private IEnumerable<(int Value, int Position)> Held()
    {
        var free = 0.0;
        for (var store = 0; store < _steps.Length; store++)
        {
            if (_steps[store].Transfer != HostTransfer.Store) continue;
            var value = _steps[store].Reads[0];
            free = Math.Max(free, _start[store]) + _steps[store].Milliseconds;
            var size = StepGraph.Align(_plan.Program.Problem.Values[value].Bytes);
            var (last, held) = (_plan.Lifetimes.Intervals[value].Last, -1);
            // A last reader that writes in its place has to write elsewhere.
            var moved = TakenOver(_plan, value) is { } result ? StepGraph.Align(_plan.Program.Problem.Values[result].Bytes) : 0;
            if (!HasRoom(last + 1) || _live[last] + moved > _limit) continue;
            _live[last] += moved;
            for (var i = last + 1; HasRoom(i); i++)
            {
                _live[i] += size;
                if (_steps[i].Transfer == HostTransfer.None) held = i;
            }
            if (held >= 0) yield return (value, held);

            bool HasRoom(int position) => position < _steps.Length && _start[position] < free && _live[position] + size <= _limit;
        }
    }

    /// <summary>For each fetch its position, and the one before which it is asked for: so early that it has come when it is read, or less.</summary>
    private IEnumerable<(int From, int To)> Fetched()
    {
        var stores = RepeatedSteps.Stores(_steps);
        var free = double.PositiveInfinity;
        for (var fetch = _steps.Length - 1; fetch >= 0; fetch--)
        {
            if (!IsFetch(fetch)) continue;
            var size = StepGraph.Align(_plan.Program.Problem.Values[_steps[fetch].Writes[0]].Bytes);
            free = Math.Min(free, _start[fetch]) - _steps[fetch].Milliseconds;
            var to = fetch;
            while (to > stores[_steps[fetch].StateReads[0]] + 1 && _start[to] > free && _live[to - 1] + size <= _limit) _live[--to] += size;
            free = Math.Max(free, _start[to]);
            yield return (fetch, to);
        }
    }
}
