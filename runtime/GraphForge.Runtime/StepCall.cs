namespace GraphForge.Runtime;

/// <summary>A step, resolved for execution.</summary>
/// <param name="Kernel">Entry point.</param>
/// <param name="FirstArgument">Where its base addresses start in a context's table of arguments.</param>
/// <param name="Tasks">Tasks 0..Tasks-1.</param>
/// <param name="Barrier">Whether all workers meet before it.</param>
internal readonly record struct StepCall(nint Kernel, int FirstArgument, int Tasks, bool Barrier)
{
    /// <summary>
    /// The tasks [begin, end) of one worker: contiguous, as even as possible, and the same in every run. The first workers
    /// get the odd ones, so a single task is always worker 0's.
    /// </summary>
    public (int Begin, int End) Share(int worker, int workers)
    {
        var (each, odd) = Math.DivRem(Tasks, workers);
        var begin = worker * each + Math.Min(worker, odd);
        return (begin, begin + each + (worker < odd ? 1 : 0));
    }

    /// <summary>
    /// Resolves a plan's steps. Of the barriers it asks for, those between steps that worker 0 does alone are dropped or
    /// put off until the next step that other workers take part in: worker 0 does its own steps in order anyway.
    /// </summary>
    public static StepCall[] Resolve(ExecutionPlan plan, IReadOnlyList<nint> kernels)
    {
        var calls = new StepCall[plan.Steps.Count];
        var argument = 0;
        var pending = false;
        var sharedSinceBarrier = false;
        for (var index = 0; index < calls.Length; index++)
        {
            var step = plan.Steps[index];
            var shared = step.Tasks > 1;
            pending |= step.BarrierBefore && index > 0;
            var barrier = pending && (shared || sharedSinceBarrier);
            if (barrier) pending = sharedSinceBarrier = false;
            sharedSinceBarrier |= shared;
            calls[index] = new StepCall(kernels[step.Kernel], argument, step.Tasks, barrier);
            argument = checked(argument + step.Buffers.Count);
        }

        return calls;
    }
}
