using System.Numerics;

namespace GraphForge.Compiler.Memory;

/// <summary>The best order of the steps of one window, given what ran before and what will run after.</summary>
internal sealed class WindowSearch
{
    private readonly StepGraph _graph;
    private readonly int[] _steps;
    private readonly int[] _required;
    private readonly Dictionary<int, int> _readersOf = [];
    private readonly HashSet<int> _outlives = [];
    private readonly long[] _live;
    private readonly long[] _peak;
    private readonly long _unread;
    private readonly int[] _last;

    /// <param name="graph">The problem.</param>
    /// <param name="order">A valid order.</param>
    /// <param name="start">First position of the window.</param>
    /// <param name="width">Steps in the window.</param>
    /// <param name="liveAtStart">Bytes alive while the window's first step runs.</param>
    public WindowSearch(StepGraph graph, int[] order, int start, int width, long liveAtStart)
    {
        _graph = graph;
        _steps = order.AsSpan(start, width).ToArray();
        var local = new Dictionary<int, int>();
        for (var i = 0; i < width; i++) local[_steps[i]] = i;
        _required = _steps.Select(s => Mask(graph.Predecessors[s], local)).ToArray();
        var isLater = new bool[order.Length];
        foreach (var step in order.AsSpan(start + width)) isLater[step] = true;
        foreach (var value in _steps.SelectMany(s => graph.Reads[s].Concat(graph.Writes[s])))
        {
            _readersOf[value] = Mask(graph.Readers[value], local);
            if (graph.LivesToEnd(value) || graph.Readers[value].Any(r => isLater[r])) _outlives.Add(value);
        }
        _unread = start == 0 ? graph.UnreadBytes : 0;
        (_live, _peak, _last) = (new long[1 << width], new long[1 << width], new int[1 << width]);
        _live[0] = liveAtStart + Saved(0, 0) - graph.Writes[_steps[0]].Sum(v => graph.Sizes[v]);
    }

    /// <summary>An order whose peak is below <paramref name="limit"/>, the lowest there is; null if none is.</summary>
    public int[]? Solve(long limit)
    {
        Array.Fill(_peak, long.MaxValue);
        _peak[0] = 0;
        for (var done = 0; done < _peak.Length - 1; done++)
        {
            if (_peak[done] >= limit) continue;
            for (var i = 0; i < _steps.Length; i++)
                if ((done >> i & 1) == 0 && (_required[i] & ~done) == 0) Extend(done, i);
        }
        return _peak[^1] < limit ? Path() : null;
    }

    private void Extend(int done, int i)
    {
        var (step, next) = (_steps[i], done | 1 << i);
        var live = _live[done] + _graph.Writes[step].Sum(v => _graph.Sizes[v]);
        var peak = Math.Max(_peak[done], live - Saved(done, i));
        if (peak >= _peak[next]) return;
        if (done == 0) live -= _unread;
        foreach (var value in _graph.Reads[step])
            if (Dies(value, next)) live -= _graph.Sizes[value];
        foreach (var value in _graph.Writes[step])
            if (Dies(value, next)) live -= _graph.Sizes[value];
        (_live[next], _peak[next], _last[next]) = (live, peak, i);
    }

    private long Saved(int done, int i) =>
        InPlaceMatching.SavedBytes(_graph, _steps[i], v => Dies(v, done | 1 << i));

    private bool Dies(int value, int done) => !_outlives.Contains(value) && (_readersOf[value] & ~done) == 0;

    private int[] Path()
    {
        var path = new int[_steps.Length];
        var done = _peak.Length - 1;
        while (done != 0)
        {
            var i = _last[done];
            path[BitOperations.PopCount((uint)done) - 1] = _steps[i];
            done &= ~(1 << i);
        }
        return path;
    }

    private static int Mask(int[] steps, Dictionary<int, int> local) =>
        steps.Aggregate(0, (mask, s) => local.TryGetValue(s, out var i) ? mask | 1 << i : mask);
}
