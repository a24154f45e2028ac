namespace GraphForge.Runtime;

/// <summary>One thread's walk through the phases of a region.</summary>
/// <remarks>
/// Phases are numbered through the life of a team. A part is claimed for a phase by raising its number from that of the phase
/// before, which happens once; a phase is over when the parts done have grown by their number for it and each one before. So a
/// thread that comes late finds every part of the phases it missed claimed and walks past, and none waits for a thread that
/// has no part in hand.
/// </remarks>
internal struct TeamMember
{
    private readonly WorkerTeam _team;
    private readonly long _phasesBefore;
    private long _phase;
    private int _spins;

    /// <param name="team">The team.</param>
    /// <param name="phasesBefore">The team's phases before the region.</param>
    /// <param name="index">This thread's number; 0 is the thread that called.</param>
    /// <param name="spins">How long it spins when it waits.</param>
    public TeamMember(WorkerTeam team, long phasesBefore, int index, int spins)
    {
        (_team, _phasesBefore, _phase, _spins) = (team, phasesBefore, phasesBefore + 1, spins);
        Index = index;
    }

    public int Index { get; }

    /// <summary>Parts of every phase; at least one for each thread.</summary>
    public readonly int Parts => _team.Parts;

    /// <summary>How long the thread would spin now; what it is learns from its waits.</summary>
    public readonly int Spins => _spins;

    /// <summary>The part of this phase that is this thread's by its number, or one as many threads on; −1 after the last.</summary>
    public readonly int OwnPart(int which) => Index + which * _team.Threads is var part && part < Parts ? part : -1;

    /// <summary>Takes a part of this phase, which must then be done and <see cref="Complete">completed</see>, unless it was taken before.</summary>
    public readonly bool TryClaim(int part) => _team.TryClaim(part, _phase);

    /// <summary>Tells the team that a part claimed is done; what the thread wrote is visible to all that see the phase over.</summary>
    public readonly void Complete()
    {
        var done = _team.PartsDone;
        if (done.Increment() == _phase * Parts) done.Release();
    }

    /// <summary>Whether all parts of this phase are done.</summary>
    public readonly bool IsPhaseOver => _team.PartsDone.Value >= _phase * Parts;

    /// <summary>Returns once all parts of this phase are done, and goes on to the next one.</summary>
    public void Barrier()
    {
        _team.PartsDone.WaitFor(_phase * Parts, ref _spins);
        _phase++;
    }

    /// <summary>Whether the region has ended meanwhile, so that this thread has nothing left to do in it; never for the caller's.</summary>
    public readonly bool IsLate(ParallelRegion region) => Index > 0 && !_team.IsRunning(region, _phasesBefore);

    /// <summary>Leaves out the phases that remain, before the caller's thread returns. Every thread must do likewise after this phase.</summary>
    public readonly void EndEarly()
    {
        if (Index == 0) _team.Skip(_phase - 1);
    }
}
