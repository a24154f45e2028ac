namespace GraphForge.Compiler.Memory;

/// <summary>One run of a step over versions of its values.</summary>
internal readonly record struct StepRun(int Step, int[] Reads, int[] Writes, bool IsRepeat);

/// <summary>
/// Plays an order of steps in which some values are given up after some uses: whoever needs one of them next finds it fetched from
/// memory of the host, or computed again by the step that wrote it, which finds its own operands had again where those were given up.
/// </summary>
internal sealed class RepeatTrace
{
    /// <summary>Longest chain of steps repeated for each other; bounds the recursion.</summary>
    private const int MaximumChain = 256;

    private readonly StepGraph _graph;
    private readonly IReadOnlySet<Drop> _drops;
    private readonly int[] _current;
    private readonly bool[] _isGivenUp;
    private readonly bool[] _isOffloaded;
    private readonly HashSet<int> _stored = [];
    private readonly int[] _uses;
    private readonly HashSet<int> _statesWritten = [];
    private readonly List<int> _versions;
    private List<StepRun> _calls = [];

    private RepeatTrace(StepGraph graph, IReadOnlySet<Drop> drops)
    {
        (_graph, _drops) = (graph, drops);
        _current = Enumerable.Range(0, graph.ValueCount).ToArray();
        _versions = [.. _current];
        (_isGivenUp, _isOffloaded, _uses) = (new bool[graph.ValueCount], new bool[graph.ValueCount], new int[graph.ValueCount]);
    }

    public IReadOnlyList<StepRun> Calls => _calls;

    /// <summary>The value each version is of; the first are the values themselves.</summary>
    public IReadOnlyList<int> Versions => _versions;

    /// <summary>Modelled time of what runs again, and of copies to the host and back.</summary>
    public double Milliseconds { get; private set; }

    /// <summary>Null where something given up could not be had again.</summary>
    public static RepeatTrace? Of(StepGraph graph, IReadOnlyList<int> order, IReadOnlySet<Drop> drops)
    {
        var trace = new RepeatTrace(graph, drops);
        foreach (var step in order)
            if (!trace.TryRun(step)) return null;
        if (trace._stored.Count > 0) trace._calls = [.. trace._calls.SelectMany(trace.WithStores)];
        return trace;
    }

    /// <summary>A step, and the copies of what it wrote to where it is fetched from later.</summary>
    private IEnumerable<StepRun> WithStores(StepRun call) => call.IsRepeat ? [call]
        : [call, .. call.Writes.Where(_stored.Contains).Select(v => new StepRun(_graph.Offloading.StoreOf(v), [v], [], false))];

    private bool TryRun(int step)
    {
        var planned = _graph.Problem.Steps[step];
        if (!TryGetOperands(planned, 0)) return false;
        _calls.Add(new StepRun(step, Current(planned), planned.Writes, false));
        foreach (var value in _graph.Writes[step]) GiveUpAfter(value, 0);
        foreach (var value in _graph.Reads[step]) GiveUpAfter(value, ++_uses[value]);
        _statesWritten.UnionWith(planned.StateWrites);
        return true;
    }

    private void GiveUpAfter(int value, int use)
    {
        if (_drops.Count == 0) return;
        var isOffloaded = _graph.Offloading.Has(value) && _drops.Contains(new Drop(value, use, true));
        if (isOffloaded || _drops.Contains(new Drop(value, use))) (_isGivenUp[value], _isOffloaded[value]) = (true, isOffloaded);
    }

    private bool TryGetOperands(PlannedStep step, int depth)
    {
        foreach (var value in step.Reads)
            if (_isGivenUp[value] && !TryRepeat(value, depth)) return false;
        return true;
    }

    private bool TryRepeat(int wanted, int depth)
    {
        if (_isOffloaded[wanted])
        {
            Fetch(wanted);
            return true;
        }
        var source = _graph.Sources[wanted];
        if (depth == MaximumChain || source < 0) return false;
        var step = _graph.StepOf(source);
        if (step.StateReads.Any(_statesWritten.Contains) || !TryGetOperands(step, depth + 1)) return false;
        // Repeating the operands may have brought it back.
        if (!_isGivenUp[wanted]) return true;
        var reads = Current(step);
        var writes = new int[step.Writes.Length];
        for (var i = 0; i < writes.Length; i++)
        {
            var value = step.Writes[i];
            _versions.Add(value);
            writes[i] = _versions.Count - 1;
            if (_isGivenUp[value]) (_current[value], _isGivenUp[value], _isOffloaded[value]) = (writes[i], false, false);
        }
        _calls.Add(new StepRun(source, reads, writes, true));
        Milliseconds += step.Milliseconds;
        return true;
    }

    private void Fetch(int value)
    {
        var (store, fetch) = (_graph.Offloading.StoreOf(value), _graph.Offloading.FetchOf(value));
        _versions.Add(value);
        (_current[value], _isGivenUp[value], _isOffloaded[value]) = (_versions.Count - 1, false, false);
        _calls.Add(new StepRun(fetch, [], [_current[value]], true));
        Milliseconds += _graph.StepOf(fetch).Milliseconds;
        if (_stored.Add(value)) Milliseconds += _graph.StepOf(store).Milliseconds;
    }

    private int[] Current(PlannedStep step)
    {
        var current = new int[step.Reads.Length];
        for (var i = 0; i < current.Length; i++) current[i] = _current[step.Reads[i]];
        return current;
    }

    /// <summary>Bytes alive at each position, in-place sharing included.</summary>
    public long[] LiveBytes()
    {
        var lastUse = LastUses();
        var profile = new long[Math.Max(1, _calls.Count)];
        long live = 0;
        for (var value = 0; value < _graph.ValueCount; value++)
            if (_graph.IsInput(value)) live += _graph.Sizes[value];
        profile[0] = live;
        for (var i = 0; i < _calls.Count; i++)
        {
            var call = _calls[i];
            foreach (var version in call.Writes) live += Size(version);
            profile[i] = live - Saved(call, i, lastUse);
            if (i == 0) live -= _graph.UnreadBytes;
            foreach (var version in call.Reads.AsSpan())
                if (lastUse[version] == i) (live, lastUse[version]) = (live - Size(version), -1);
            foreach (var version in call.Writes)
                if (lastUse[version] == i) live -= Size(version);
        }
        return profile;
    }

    private int[] LastUses()
    {
        var last = new int[_versions.Count];
        for (var i = 0; i < _calls.Count; i++)
        {
            foreach (var version in _calls[i].Reads) last[version] = i;
            foreach (var version in _calls[i].Writes) last[version] = i;
        }
        for (var value = 0; value < _graph.ValueCount; value++)
            if (_graph.LivesToEnd(value)) last[value] = int.MaxValue;
        return last;
    }

    private long Size(int version) => _graph.Sizes[_versions[version]];

    /// <summary>Bytes of results that stand in those of an operand which dies; each at most once, as in <see cref="InPlaceMatching"/>.</summary>
    private long Saved(in StepRun call, int position, int[] lastUse)
    {
        var step = _graph.StepOf(call.Step);
        long saved = 0;
        var (taken, placed) = (0UL, 0UL);
        foreach (var (write, read) in step.InPlace)
        {
            var (result, operand) = (Array.IndexOf(step.Writes, write), Array.IndexOf(step.Reads, read));
            if (result > 63 || operand is < 0 or > 63 || ((placed >> result | taken >> operand) & 1) != 0) continue;
            var size = _graph.Sizes[write];
            if (size > _graph.Sizes[read] || lastUse[call.Reads[operand]] != position) continue;
            (placed, taken) = (placed | 1UL << result, taken | 1UL << operand);
            saved += size;
        }
        return saved;
    }
}
