namespace GraphForge.Compiler.Memory;

/// <summary>
/// Chooses which values are given up, and computed again or fetched from memory of the host, so that a program fits a limit: always what frees the most of the bytes
/// above the limit for a millisecond of modelled time, and the peak is played anew after every choice (Chen et al. 2016 and
/// Jain et al. 2020 state the problem; like XLA's rematerialisation this is greedy).
/// </summary>
internal sealed class RecomputeSearch
{
    /// <summary>
    /// Values that are weighed one by one. Where more wait, groups of them are given up first, so that the time of a search stays in
    /// proportion to the program.
    /// </summary>
    private const int MaximumSingles = 1024;

    private const int Groups = 64;

    /// <summary>Values computed again for one that is given up.</summary>
    private const int MaximumBundle = 48;

    /// <summary>
    /// Part of the most another candidate may gain at which one is taken without asking that other again: with less than 1, the
    /// time of a search grows with the choices and not with their square.
    /// </summary>
    private const double Slack = 0.5;

    /// <summary>What running a step again costs beside its work.</summary>
    private const double StepMilliseconds = 0.001;

    private readonly StepGraph _graph;
    private readonly int[] _order;
    private readonly int[] _position;
    private readonly int[][] _uses;
    private readonly long _limit;

    private readonly double _milliseconds;

    /// <summary>Whether values may wait in memory of the host.</summary>
    private readonly bool _offloads;

    private RecomputeSearch(StepGraph graph, int[] order, long limit, double milliseconds, bool offloads)
    {
        (_graph, _order, _limit, _milliseconds, _offloads) = (graph, order, limit, milliseconds, offloads);
        _position = new int[order.Length];
        for (var i = 0; i < order.Length; i++) _position[order[i]] = i;
        _uses = graph.Readers.Select(readers => readers.Select(r => _position[r]).Order().ToArray()).ToArray();
    }

    /// <summary>The program within the limit, by the sum of its live bytes; null where repeating steps does not get there.</summary>
    /// <param name="graph">The program.</param>
    /// <param name="order">Its steps in execution order.</param>
    /// <param name="limit">Most bytes that live at once.</param>
    /// <param name="milliseconds">Most modelled time that repeated steps may take.</param>
    public static RepeatTrace? Within(StepGraph graph, int[] order, long limit, double milliseconds = double.PositiveInfinity) =>
        Answers(graph, order, limit, milliseconds).MinBy(t => t.Milliseconds);

    /// <summary>
    /// The same in one or two ways. A greedy search that may offload does so, at any price, where no value that is computed again gains
    /// anything by itself. So both are asked: one that may not, and one that may.
    /// </summary>
    public static IEnumerable<RepeatTrace> Answers(StepGraph graph, int[] order, long limit, double milliseconds = double.PositiveInfinity) =>
        new[] { false, true }.Where(offloads => !offloads || graph.Offloading.IsPossible)
            .Select(offloads => new RecomputeSearch(graph, order, limit, milliseconds, offloads).Run()).OfType<RepeatTrace>();

    private RepeatTrace? Run()
    {
        var chosen = new HashSet<Drop>();
        var state = Played(chosen)!.Value;
        var waiting = Waiting(state.Trace.LiveBytes());
        if (waiting.Count > MaximumSingles) state = Choose(waiting.Chunk(waiting.Count / Groups).SelectMany(Together), chosen, state);
        if (state.Excess > 0) state = Choose(waiting.SelectMany(Alone), chosen, state);
        return state.Excess > 0 ? null : WithoutNeedless(chosen, state).Trace;
    }

    /// <summary>Adds the best of the candidates to those chosen until the program fits or nothing helps.</summary>
    private Measured Choose(IEnumerable<Candidate> candidates, HashSet<Drop> chosen, Measured state)
    {
        var queue = new PriorityQueue<Drop[], double>(candidates.Select(c => (c.Drops, -c.Bound)));
        while (state.Excess > 0 && Best(queue, chosen, state) is { } best)
        {
            chosen.UnionWith(best.Drops);
            var gain = Gain(state, best.State);
            state = best.State;
            // Gains fall, so what is left of the time cannot buy the rest.
            if (Slack * state.Excess > gain * (_milliseconds - state.Trace.Milliseconds)) break;
        }
        return state;
    }

    /// <summary>Takes back what later choices made needless, the smallest values first: they save the least for their time.</summary>
    private Measured WithoutNeedless(HashSet<Drop> chosen, Measured state)
    {
        foreach (var drop in chosen.OrderBy(d => _graph.Sizes[d.Value]).ThenBy(d => d.Value).ThenBy(d => d.Use).ThenBy(d => d.IsOffloaded).ToArray())
        {
            chosen.Remove(drop);
            if (Played(chosen) is { Excess: 0 } without && without.Trace.Milliseconds <= state.Trace.Milliseconds) state = without;
            else chosen.Add(drop);
        }
        return state;
    }

    /// <summary>
    /// The candidate of most gain. Gains mostly fall as others are taken, so one whose gain was just measured and still stands
    /// first is taken without asking the rest again.
    /// </summary>
    private (Drop[] Drops, Measured State)? Best(PriorityQueue<Drop[], double> queue, HashSet<Drop> chosen, Measured state)
    {
        var useless = new List<Drop[]>();
        (Drop[] Drops, Measured State)? found = null;
        while (found is null && queue.TryDequeue(out var drops, out _))
        {
            // What waits at the host is not computed again.
            if (drops.All(d => chosen.Contains(d) || chosen.Contains(d with { IsOffloaded = true }))) continue;
            var next = Played([.. chosen, .. drops]);
            var gain = next is { } n ? Gain(state, n) : 0;
            if (gain <= 0)
            {
                if (next is not null) useless.Add(drops);
                continue;
            }
            if (!queue.TryPeek(out _, out var first) || gain >= -first * Slack) found = (drops, next!.Value);
            else queue.Enqueue(drops, -gain);
        }
        // What gains nothing now may do so once others are gone.
        if (found is not null)
            foreach (var drops in useless) queue.Enqueue(drops, -double.Epsilon);
        return found;
    }

    /// <summary>Bytes above the limit that are spared, at all positions together, for a millisecond.</summary>
    private static double Gain(in Measured state, in Measured next) =>
        (state.Excess - next.Excess) / (Math.Max(0, next.Trace.Milliseconds - state.Trace.Milliseconds) + StepMilliseconds);

    private Measured? Played(HashSet<Drop> drops)
    {
        if (RepeatTrace.Of(_graph, _order, drops) is not { } trace || trace.Milliseconds > _milliseconds) return null;
        double excess = 0;
        foreach (var live in trace.LiveBytes()) excess += Math.Max(0, live - _limit);
        return new Measured(trace, excess);
    }

    /// <summary>Values that wait, unused, through positions above the limit, those first whose bytes matter at the most of them.</summary>
    private List<WaitingValue> Waiting(long[] profile)
    {
        var above = new int[profile.Length + 1];
        for (var i = 0; i < profile.Length; i++) above[i + 1] = above[i] + (profile[i] > _limit ? 1 : 0);
        var waiting = new List<WaitingValue>();
        for (var value = 0; value < _graph.ValueCount; value++)
        {
            if (_graph.Sources[value] < 0 && !CanOffload(value)) continue;
            var from = _position[_graph.Producers[value]];
            for (var use = 0; use < _uses[value].Length; use++)
            {
                var until = _uses[value][use];
                if (above[until] > above[from + 1]) waiting.Add(new(new Drop(value, use), until, _graph.Sizes[value] * (above[until] - above[from + 1])));
                from = until;
            }
        }
        return [.. waiting.OrderByDescending(w => w.Weight).ThenBy(w => w.Drop.Value).ThenBy(w => w.Drop.Use)];
    }

    /// <summary>A value computed again by itself, and with all it would have to keep; and the value fetched.</summary>
    private IEnumerable<Candidate> Alone(WaitingValue waiting)
    {
        foreach (var single in Together([waiting])) yield return single;
        if (_graph.Sources[waiting.Drop.Value] >= 0 && Bundle(waiting.Drop, waiting.Until) is { Length: > 1 } bundle)
            yield return new Candidate(bundle, waiting.Weight / Milliseconds(bundle));
    }

    /// <summary>Values computed again, and values fetched.</summary>
    private IEnumerable<Candidate> Together(WaitingValue[] waiting)
    {
        foreach (var isOffloaded in (bool[])[false, true])
        {
            var possible = waiting.Where(w => isOffloaded ? CanOffload(w.Drop.Value) : _graph.Sources[w.Drop.Value] >= 0).ToArray();
            Drop[] drops = [.. possible.Select(w => w.Drop with { IsOffloaded = isOffloaded })];
            if (drops.Length > 0) yield return new Candidate(drops, possible.Sum(w => w.Weight) / Milliseconds(drops));
        }
    }

    /// <summary>The drop and those of everything that would be kept for it and for nothing else.</summary>
    private Drop[] Bundle(Drop drop, int until)
    {
        var bundle = new List<Drop> { drop };
        for (var i = 0; i < bundle.Count && bundle.Count <= MaximumBundle; i++)
            foreach (var operand in _graph.StepOf(_graph.Sources[bundle[i].Value]).Reads)
            {
                if (_graph.Sources[operand] < 0 || _graph.LivesToEnd(operand) || LastUse(operand) >= until) continue;
                var last = new Drop(operand, _uses[operand].Length);
                if (!bundle.Contains(last)) bundle.Add(last);
            }
        return bundle.ToArray();
    }

    private double Milliseconds(Drop[] drops) => StepMilliseconds +
        drops.Where(d => !d.IsOffloaded).Select(d => _graph.Sources[d.Value]).Distinct().Sum(s => _graph.StepOf(s).Milliseconds) +
        drops.Where(d => d.IsOffloaded).Select(d => d.Value).Distinct().Sum(_graph.Offloading.Milliseconds);

    private bool CanOffload(int value) => _offloads && _graph.Offloading.Has(value);

    private int LastUse(int value) => _uses[value] is [.., var last] ? last : _position[_graph.Producers[value]];

    private readonly record struct Measured(RepeatTrace Trace, double Excess);

    /// <summary>A value between two uses.</summary>
    /// <param name="Drop">The earlier use.</param>
    /// <param name="Until">Position of the later one.</param>
    /// <param name="Weight">Its bytes at each position above the limit.</param>
    private readonly record struct WaitingValue(Drop Drop, int Until, double Weight);

    /// <summary>What may be given up together, and a bound on what that gains.</summary>
    private readonly record struct Candidate(Drop[] Drops, double Bound);
}
