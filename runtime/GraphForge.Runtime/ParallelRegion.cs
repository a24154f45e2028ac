namespace GraphForge.Runtime;

/// <summary>Work in phases, each of as many parts as the team that does it has. No part needs another one of its phase.</summary>
internal abstract class ParallelRegion
{
    /// <summary>The team's number of phases before the region; set by the team.</summary>
    internal long PhasesBefore;

    /// <summary>
    /// One thread's walk through all phases. Called on every thread of the team that comes in time, concurrently. Must not throw,
    /// and must ask for the same phases on every thread.
    /// </summary>
    public abstract void Execute(ref TeamMember member);
}
