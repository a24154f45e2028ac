namespace GraphForge.Compiler.Memory;

/// <summary>
/// Steps whose dependencies are met, cheapest first. Costs only ever fall, so a lowered step is queued again and stale
/// entries are skipped.
/// </summary>
internal sealed class ReadyQueue
{
    private readonly PriorityQueue<(int Step, long Cost), (long Cost, int Tie)> _queue = new();
    private readonly int[] _waiting;
    private readonly long[] _costs;
    private readonly int[] _ties;
    private readonly bool[] _taken;
    private readonly bool _newestFirst;
    private int _released;

    /// <param name="waiting">Unmet dependencies of each step.</param>
    /// <param name="costs">Cost of each step.</param>
    /// <param name="newestFirst">Among equal costs the latest released step first, else by number.</param>
    /// <param name="reversed">Whether larger numbers come first among equals.</param>
    public ReadyQueue(int[] waiting, long[] costs, bool newestFirst, bool reversed = false)
    {
        (_waiting, _costs, _newestFirst) = (waiting, costs, newestFirst);
        _taken = new bool[waiting.Length];
        _ties = Enumerable.Range(0, waiting.Length).Select(s => reversed ? -s : s).ToArray();
        for (var step = 0; step < waiting.Length; step++)
            if (waiting[step] == 0) Enqueue(step);
    }

    public bool IsTaken(int step) => _taken[step];

    public bool TryTake(out int step)
    {
        while (_queue.TryDequeue(out var entry, out _))
        {
            step = entry.Step;
            if (_taken[step] || entry.Cost != _costs[step]) continue;
            return _taken[step] = true;
        }
        step = -1;
        return false;
    }

    /// <summary>One dependency of <paramref name="step"/> is met.</summary>
    public void Release(int step)
    {
        if (--_waiting[step] > 0) return;
        if (_newestFirst) _ties[step] = -_ties.Length - ++_released;
        Enqueue(step);
    }

    public void Lower(int step, long amount)
    {
        _costs[step] -= amount;
        if (_waiting[step] == 0 && !_taken[step]) Enqueue(step);
    }

    private void Enqueue(int step) => _queue.Enqueue((step, _costs[step]), (_costs[step], _ties[step]));
}
