using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>One run of planned work at its place in the order.</summary>
/// <param name="Work">What runs.</param>
/// <param name="Barrier">Whether every earlier call must have finished on all workers.</param>
/// <param name="IsRepeat">Whether the work ran before, and runs again for results that were given up.</param>
/// <param name="Substitutes">Buffers in the place of those the work was written for.</param>
internal sealed record PlannedCall(
    PlannedWork Work, bool Barrier, bool IsRepeat, IReadOnlyDictionary<LoopBuffer, LoopBuffer> Substitutes);
