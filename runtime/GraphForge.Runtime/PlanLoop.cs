namespace GraphForge.Runtime;

/// <summary>
/// Steps that run again and again: <see cref="ExecutionPlan.Steps"/> FirstStep..FirstStep + StepCount − 1, in order, up to
/// <paramref name="Iterations"/> times. With a condition it is a loop of unknown length, or a branch when there is one iteration.
/// Loops nest: two of a plan are disjoint, or one lies within the other.
/// </summary>
/// <param name="FirstStep">Index of the first step.</param>
/// <param name="StepCount">Number of steps, at least one.</param>
/// <param name="Iterations">Most times the steps run.</param>
/// <param name="Condition">What must hold before every iteration; null for a loop that runs them all.</param>
/// <remarks>
/// A kernel finds the number of the iteration at work, an int64, right before its scratch memory: that of the outermost loop
/// at −8 bytes, of the next one at −16, and so on. The first step has a barrier, so that an iteration sees the last one's values.
/// </remarks>
public sealed record PlanLoop(int FirstStep, int StepCount, long Iterations, PlanCondition? Condition = null)
{
    /// <summary>The step after the last.</summary>
    public int End => FirstStep + StepCount;

    public bool Contains(PlanLoop other) => FirstStep <= other.FirstStep && other.End <= End;
}

/// <summary>Holds where the one-byte buffer number <paramref name="Buffer"/> is nonzero, or where it is zero if <paramref name="Value"/> is false.</summary>
public sealed record PlanCondition(int Buffer, bool Value);
