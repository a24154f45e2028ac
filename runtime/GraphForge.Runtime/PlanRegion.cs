namespace GraphForge.Runtime;

/// <summary>
/// A run by several threads. A phase is what lies between two barriers; its parts are the workers' shares of the phase's steps.
/// A thread does its own part, and then those that nobody has begun.
/// </summary>
internal sealed class PlanRegion(PlanCode code, ContextMemory memory, StepTimer timer) : ParallelRegion
{
    /// <summary>What the run ends with, if a kernel throws.</summary>
    public RegionFailure Failure { get; } = new();

    public override void Execute(ref TeamMember member)
    {
        var walk = new PlanWalk(code, memory, timer, Failure, in member, stackalloc long[code.LoopDepth]);
        var mayAssist = code.MayLag && !timer.IsRunning;
        while (true)
        {
            walk.BeginPhase();
            for (var which = 0; member.OwnPart(which) is var part and >= 0; which++) Do(part, ref walk, in member);
            if (mayAssist && !member.IsPhaseOver)
                for (var other = 1; other < member.Parts; other++) Do((member.Index + other) % member.Parts, ref walk, in member);
            walk.EndPhase();
            if (walk.IsAtEnd) break;
            member.Barrier();
            if (walk.HasFailed)
            {
                member.EndEarly();
                return;
            }

            if (member.IsLate(this)) return;
        }

        if (member.Index == 0) member.Barrier();
    }

    private static void Do(int part, ref PlanWalk walk, in TeamMember member)
    {
        if (!member.TryClaim(part)) return;
        walk.Do(part);
        member.Complete();
    }
}
