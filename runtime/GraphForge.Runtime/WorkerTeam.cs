using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace GraphForge.Runtime;

/// <summary>
/// Threads that execute parallel regions together with the thread that asks for one. There is one team per number of parts in a
/// process, shared by all programs; it executes one region at a time and sleeps in between. A region never waits for a thread
/// to come: whoever is there does the parts of those who are not.
/// </summary>
internal sealed class WorkerTeam
{
    /// <summary>Some 80 µs: longer than the uneven ends of a step usually last.</summary>
    private const int BarrierSpins = 2500;

    /// <summary>Some 50 µs, about what waking a sleeper takes: enough to catch the next of runs that follow each other.</summary>
    private const int IdleSpins = 1500;

    private const long SkippedPhases = 1L << 32;

    private static readonly ConcurrentDictionary<int, WorkerTeam> Teams = new();

    private readonly WaitableCounter _starts = new(IdleSpins);
    private readonly PaddedNumber[] _claims;
    private readonly int[] _spins;
    private ParallelRegion? _region;
    private int _startedThreads;
    private int _busy;

    /// <param name="parts">Parts of a phase.</param>
    /// <param name="threads">Threads, the caller's included; at most one for each part.</param>
    internal WorkerTeam(int parts, int threads)
    {
        (Parts, Threads) = (parts, threads);
        _claims = new PaddedNumber[parts];
        _spins = new int[threads];
        Array.Fill(_spins, BarrierSpins);
    }

    /// <summary>Parts of every phase.</summary>
    public int Parts { get; }

    /// <summary>
    /// Threads in a region, the caller's included: no more than there are cores, since a thread without one has nothing to
    /// add but waits for each other.
    /// </summary>
    public int Threads { get; }

    /// <summary>Parts done in the life of the team; also those of phases that failed regions left out.</summary>
    public WaitableCounter PartsDone { get; } = new(BarrierSpins);

    /// <summary>Threads that sleep until the next region.</summary>
    public int SleepingThreads => _starts.Parked;

    /// <summary>Members that sleep at a barrier.</summary>
    public int SleepingAtBarrier => PartsDone.Parked;

    /// <summary>The process's team for as many parts. Its threads start with its first region.</summary>
    public static WorkerTeam OfSize(int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 2);
        return Teams.GetOrAdd(parts, static parts => new WorkerTeam(parts, Math.Min(parts, Environment.ProcessorCount)));
    }

    /// <summary>
    /// Executes the region, the caller being number 0, and returns when all its parts are done. Returns false at once when the
    /// team is at work for somebody else.
    /// </summary>
    public bool TryRun(ParallelRegion region)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0) return false;
        try
        {
            StartThreads();
            region.PhasesBefore = PartsDone.Value / Parts;
            Volatile.Write(ref _region, region);
            _starts.Increment();
            _starts.Release();
            Execute(region, 0);
            Volatile.Write(ref _region, null);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }

        return true;
    }

    public bool TryClaim(int part, long phase)
    {
        ref var claim = ref _claims[part].Value;
        return Volatile.Read(ref claim) == phase - 1 && Interlocked.CompareExchange(ref claim, phase, phase - 1) == phase - 1;
    }

    /// <summary>Whether the region that began after as many phases is still at work.</summary>
    public bool IsRunning(ParallelRegion region, long phasesBefore) =>
        Volatile.Read(ref _region) == region && Volatile.Read(ref region.PhasesBefore) == phasesBefore;

    /// <summary>
    /// Passes over more phases than a region has, so that no thread still on its way through one that failed can claim parts of
    /// the next. All parts of the phases so far are done.
    /// </summary>
    /// <param name="phases">The team's phases so far.</param>
    public void Skip(long phases)
    {
        for (var part = 0; part < Parts; part++) Volatile.Write(ref _claims[part].Value, phases + SkippedPhases);
        PartsDone.Skip(SkippedPhases * Parts);
    }

    private void StartThreads()
    {
        while (_startedThreads < Threads - 1)
        {
            var index = _startedThreads + 1;
            new Thread(() => Work(index)) { IsBackground = true, Name = $"GraphForge worker {index}/{Threads}" }.UnsafeStart();
            _startedThreads = index;
        }
    }

    private void Work(int index)
    {
        var (started, spins) = (0L, IdleSpins);
        while (true)
        {
            _starts.WaitFor(started + 1, ref spins);
            started = _starts.Value;
            TakePart(index);
        }
    }

    /// <remarks>Not inlined: a sleeping thread's stack must not keep the last region, and so its program, reachable.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakePart(int index)
    {
        // Null where the region ended before this thread came.
        if (Volatile.Read(ref _region) is { } region) Execute(region, index);
    }

    private void Execute(ParallelRegion region, int index)
    {
        var member = new TeamMember(this, Volatile.Read(ref region.PhasesBefore), index, _spins[index]);
        region.Execute(ref member);
        _spins[index] = member.Spins;
    }
}
