using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace GraphForge.Runtime;

/// <summary>
/// Threads that execute parallel regions together with the thread that asks for one. There is one team per size in a
/// process, shared by all programs; it executes one region at a time and sleeps in between.
/// </summary>
internal sealed class WorkerTeam
{
    /// <summary>Some 80 µs: longer than the uneven ends of a step usually last.</summary>
    private const int BarrierSpins = 2500;

    /// <summary>Some 50 µs, about what waking a sleeper takes: enough to catch the next of runs that follow each other.</summary>
    private const int IdleSpins = 1500;

    private static readonly ConcurrentDictionary<int, WorkerTeam> Teams = new();

    private readonly WaitableCounter _starts;
    private readonly WaitableCounter _arrivals;
    private IParallelRegion? _region;
    private long _arrivedBefore;
    private int _startedThreads;
    private int _busy;

    private WorkerTeam(int size)
    {
        Size = size;
        // Spinning while the awaited thread needs this very core only delays it.
        var crowded = size > Environment.ProcessorCount;
        _starts = new WaitableCounter(crowded ? 0 : IdleSpins);
        _arrivals = new WaitableCounter(crowded ? 0 : BarrierSpins);
    }

    /// <summary>Threads in a region, the caller's included.</summary>
    public int Size { get; }

    /// <summary>Threads that sleep until the next region.</summary>
    public int SleepingThreads => _starts.Parked;

    /// <summary>Members that sleep at a barrier.</summary>
    public int SleepingAtBarrier => _arrivals.Parked;

    /// <summary>The process's team of that size. Its threads start with its first region.</summary>
    public static WorkerTeam OfSize(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        return Teams.GetOrAdd(size, static size => new WorkerTeam(size));
    }

    /// <summary>
    /// Executes the region on all members, the caller being number 0, and returns when all have finished. Returns false
    /// at once when the team is at work for somebody else.
    /// </summary>
    public bool TryRun(IParallelRegion region)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0) return false;
        try
        {
            StartThreads();
            _region = region;
            _arrivedBefore = _arrivals.Value;
            _starts.Increment();
            _starts.Release();
            var caller = new TeamMember(_arrivals, _arrivedBefore, 0, Size);
            region.Execute(ref caller);
            caller.Barrier();
            _region = null;
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }

        return true;
    }

    private void StartThreads()
    {
        while (_startedThreads < Size - 1)
        {
            var index = _startedThreads + 1;
            new Thread(() => Work(index)) { IsBackground = true, Name = $"GraphForge worker {index}/{Size}" }.UnsafeStart();
            _startedThreads = index;
        }
    }

    private void Work(int index)
    {
        for (var region = 1L; ; region++)
        {
            _starts.WaitFor(region);
            TakePart(index);
        }
    }

    /// <remarks>Not inlined: a sleeping thread's stack must not keep the last region, and so its program, reachable.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakePart(int index)
    {
        var member = new TeamMember(_arrivals, _arrivedBefore, index, Size);
        _region!.Execute(ref member);
        member.Leave();
    }
}
