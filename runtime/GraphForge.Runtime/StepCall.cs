namespace GraphForge.Runtime;

/// <summary>A step, resolved for execution.</summary>
/// <param name="Kernel">Entry point.</param>
/// <param name="FirstArgument">Where its base addresses start in a context's table of arguments.</param>
/// <param name="Tasks">Tasks 0..Tasks-1.</param>
/// <param name="Barrier">Whether all workers meet before it.</param>
internal readonly record struct StepCall(nint Kernel, int FirstArgument, int Tasks, bool Barrier)
{
    /// <summary>Does the tasks from <paramref name="begin"/> up to <paramref name="end"/>.</summary>
    /// <param name="arguments">A context's table of arguments.</param>
    /// <param name="scratch">The thread's own working memory.</param>
    /// <param name="begin">First task.</param>
    /// <param name="end">One behind the last.</param>
    public unsafe void Run(nint* arguments, nint scratch, int begin, int end) =>
        ((delegate*<nint*, nint, int, int, void>)Kernel)(arguments + FirstArgument, scratch, begin, end);

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
}
