namespace GraphForge.Compiler.Tests.Device.Double;

/// <summary>
/// The groups of a launch, one after the other. The threads of a group take turns: each runs to its next barrier, then the next
/// one does, so that what is found is found every time. Threads that stand at different barriers, or of which some have ended, are
/// an error.
/// </summary>
/// <param name="threads">Threads of a group.</param>
/// <param name="warpThreads">Threads of a warp.</param>
/// <param name="kernel">What each of them runs.</param>
internal sealed class GroupRun(int threads, int warpThreads, Action kernel)
{
    private const int Ended = -1;

    private readonly int[] _line = new int[threads];
    private readonly List<WatchedMemory> _shared = [];

    /// <summary>What each thread gives to others, in this exchange and in the one before: a thread may be in the next while others still read.</summary>
    private readonly object[,] _given = new object[2, threads];
    private readonly int[] _exchanges = new int[threads];
    private SemaphoreSlim[] _turn = [];
    private Exception? _failure;

    public int Group { get; private set; }

    public int Phase { get; private set; }

    /// <param name="groups">Number of groups.</param>
    /// <param name="hasBarriers">Whether threads may have to wait, for which they need stacks of their own.</param>
    public void Run(int groups, bool hasBarriers)
    {
        if (hasBarriers) RunInTurns(groups);
        else
            for (Group = 0; Group < groups; Group++)
                for (var thread = 0; thread < threads; thread++)
                {
                    RunningThread.Current = new RunningThread(this, thread);
                    kernel();
                }
    }

    private void RunInTurns(int groups)
    {
        _turn = [.. Enumerable.Range(0, threads).Select(_ => new SemaphoreSlim(0))];
        var all = Enumerable.Range(0, threads).Select(index => new Thread(() => RunGroups(index, groups), 256 * 1024)).ToArray();
        foreach (var thread in all) thread.Start();
        _turn[0].Release();
        foreach (var thread in all) thread.Join();
        if (_failure is { } failure) throw new InvalidOperationException(failure.Message, failure);
    }

    private void RunGroups(int index, int groups)
    {
        try
        {
            for (var group = 0; group < groups; group++)
            {
                _turn[index].Wait();
                if (_failure is not null) break;
                if (index == 0) (Group, _) = (group, Reset());
                RunningThread.Current = new RunningThread(this, index);
                kernel();
                EndTurn(index, Ended);
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    public void Wait(int index, int line)
    {
        EndTurn(index, line);
        _turn[index].Wait();
        if (_failure is not null) throw new OperationCanceledException("another thread of the group failed");
    }

    /// <summary>What the threads of the warp give, all at once. Unlike at a barrier, nothing is known of what they wrote to memory.</summary>
    public IReadOnlyList<object> Exchange(int index, object value, int line)
    {
        var exchange = _exchanges[index]++ % 2;
        _given[exchange, index] = value;
        EndTurn(index, line, ordersMemory: false);
        _turn[index].Wait();
        if (_failure is not null) throw new OperationCanceledException("another thread of the group failed");
        var first = index / warpThreads * warpThreads;
        return [.. Enumerable.Range(first, Math.Min(warpThreads, threads - first)).Select(other => _given[exchange, other])];
    }

    /// <summary>Number of a thread within its warp.</summary>
    public int Lane(int index) => index % warpThreads;

    public WatchedMemory Allocate(int number, int bytes)
    {
        if (number == _shared.Count) _shared.Add(new WatchedMemory($"shared memory {number}", bytes));
        return _shared[number];
    }

    private int Reset()
    {
        _shared.Clear();
        return ++Phase;
    }

    private void EndTurn(int index, int line, bool ordersMemory = true)
    {
        _line[index] = line;
        if (index < threads - 1)
        {
            _turn[index + 1].Release();
            return;
        }
        var other = Array.FindIndex(_line, l => l != line);
        if (other >= 0) throw new InvalidOperationException($"threads part: {Place(index)}, {Place(other)}");
        if (ordersMemory) Phase++;
        _turn[0].Release();
    }

    private string Place(int thread) => _line[thread] == Ended ? $"thread {thread} of group {Group} has ended" : $"thread {thread} of group {Group} waits at line {_line[thread]}";

    private void Fail(Exception exception)
    {
        if (exception is not OperationCanceledException) _failure ??= exception;
        foreach (var turn in _turn) turn.Release();
    }
}
