namespace GraphForge.Compiler.Tests.Device.Double;

/// <summary>A thread of a group at work on the double.</summary>
internal sealed class RunningThread(GroupRun run, int index)
{
    [ThreadStatic]
    private static RunningThread? _current;

    private int _allocations;

    public static RunningThread Current
    {
        get => _current ?? throw new InvalidOperationException("no kernel runs on this thread");
        set => _current = value;
    }

    public int Index { get; } = index;

    public int Group => run.Group;

    /// <summary>How many barriers the group has passed, all groups of the launch counted.</summary>
    public int Phase => run.Phase;

    public void Wait(int line) => run.Wait(Index, line);

    /// <summary>Number of the thread within its warp.</summary>
    public int Lane => run.Lane(Index);

    /// <summary>What each thread of the warp gives.</summary>
    public IReadOnlyList<T> Exchange<T>(T value, int line) where T : struct => [.. run.Exchange(Index, value, line).Cast<T>()];

    /// <summary>The next piece of shared memory: the same one for every thread of the group.</summary>
    public WatchedMemory Allocate(int bytes) => run.Allocate(_allocations++, bytes);

    public override string ToString() => $"thread {Index} of group {Group}";
}
