using System.Diagnostics;

namespace GraphForge.Runtime;

public sealed unsafe partial class RunContext : IParallelRegion
{
    private readonly RegionFailure _failure = new();
    private readonly long[] _timestamps;
    private bool _timed;

    /// <summary>
    /// Runs all steps. An exception of a kernel, on whichever thread, is thrown here after every thread has stopped;
    /// outputs, and states the program writes, are undefined then, and the context can be used again.
    /// </summary>
    /// <remarks>While another run has the program's threads, this one does all the work on its caller's thread.</remarks>
    /// <exception cref="MemoryOverrunException">The program has <see cref="CompiledProgram.Poison"/>, and a kernel left its memory.</exception>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(!_rented, this);
        if (_program.Poison) RunPoisoned();
        else if (_program.Team is null || !_program.Team.TryRun(this)) RunAlone();
        else _failure.ThrowIfAny();
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Runs all steps as <see cref="Run"/> does and fills <paramref name="ticks"/>, one element per step of the plan, with
    /// the time from the step's start to the next one's on the caller's thread, in units of 1 / <see cref="Stopwatch.Frequency"/>
    /// seconds. Waiting at a barrier counts towards the step before it.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="ticks"/> has not one element per step.</exception>
    public void Profile(Span<long> ticks)
    {
        var steps = _program.Steps.Length;
        if (ticks.Length != steps)
            throw new ArgumentException($"Program '{_program.Plan.Name}' has {steps} steps; there is room for {ticks.Length}.", nameof(ticks));
        _timed = true;
        try
        {
            Run();
        }
        finally
        {
            _timed = false;
        }

        _timestamps[steps] = Stopwatch.GetTimestamp();
        for (var step = 0; step < steps; step++) ticks[step] = _timestamps[step + 1] - _timestamps[step];
    }

    void IParallelRegion.Execute(ref TeamMember member)
    {
        var step = 0;
        try
        {
            RunShares(ref member, ref step);
        }
        catch (Exception exception)
        {
            _failure.Record(step, member.Index, exception);
            // The others stop at the next barrier, where they learn of the failure; they wait for this worker there.
            if (HasBarrierAfter(step)) member.Barrier();
        }
    }

    /// <param name="member">This worker.</param>
    /// <param name="index">The step at work, for the caller when one throws.</param>
    private void RunShares(ref TeamMember member, ref int index)
    {
        var steps = _program.Steps;
        var arguments = _memory.Arguments;
        var scratch = _memory.Scratch(member.Index);
        for (; index < steps.Length; index++)
        {
            ref readonly var step = ref steps[index];
            if (step.Barrier)
            {
                member.Barrier();
                if (_failure.IsBefore(index)) return;
            }

            if (_timed && member.Index == 0) _timestamps[index] = Stopwatch.GetTimestamp();
            var (begin, end) = step.Share(member.Index, member.TeamSize);
            if (begin < end) Call(step, arguments, scratch, begin, end);
        }
    }

    private void RunAlone()
    {
        var arguments = _memory.Arguments;
        var scratch = _memory.Scratch(0);
        var steps = _program.Steps;
        for (var index = 0; index < steps.Length; index++)
        {
            if (_timed) _timestamps[index] = Stopwatch.GetTimestamp();
            ref readonly var step = ref steps[index];
            if (step.Tasks > 0) Call(step, arguments, scratch, 0, step.Tasks);
        }
    }

    private void RunPoisoned()
    {
        _memory.PoisonArena();
        var steps = _program.Steps;
        for (var index = 0; index < steps.Length; index++)
        {
            if (_timed) _timestamps[index] = Stopwatch.GetTimestamp();
            for (var worker = 0; worker < _program.Workers; worker++)
            {
                var (begin, end) = steps[index].Share(worker, _program.Workers);
                if (begin == end) continue;
                _memory.PoisonScratch(worker);
                Call(steps[index], _memory.Arguments, _memory.Scratch(worker), begin, end);
                CheckOverrun(index, worker);
            }
        }
    }

    private static void Call(in StepCall step, nint* arguments, nint scratch, int begin, int end) =>
        ((delegate*<nint*, nint, int, int, void>)step.Kernel)(arguments + step.FirstArgument, scratch, begin, end);

    private void CheckOverrun(int index, int worker)
    {
        if (_memory.TakeOverrun(worker) is not { } overrun) return;
        var plan = _program.Plan;
        throw new MemoryOverrunException(
            $"Kernel '{plan.KernelNames[plan.Steps[index].Kernel]}' (step {index} of program '{plan.Name}') wrote outside {overrun}.");
    }

    private bool HasBarrierAfter(int index)
    {
        var steps = _program.Steps;
        for (var later = index + 1; later < steps.Length; later++)
        {
            if (steps[later].Barrier) return true;
        }

        return false;
    }
}
