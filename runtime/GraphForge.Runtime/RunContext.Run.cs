using System.Diagnostics;

namespace GraphForge.Runtime;

public sealed unsafe partial class RunContext : IParallelRegion
{
    private readonly RegionFailure _failure = new();
    private readonly long[] _ticks;
    private bool _timed;
    private int _timedStep;
    private long _timedSince;

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
    /// the time from the step's start to the next one's on the caller's thread, all iterations together, in units of
    /// 1 / <see cref="Stopwatch.Frequency"/> seconds. Waiting at a barrier counts towards the step before it.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="ticks"/> has not one element per step.</exception>
    public void Profile(Span<long> ticks)
    {
        var steps = _program.Plan.Steps.Count;
        if (ticks.Length != steps)
            throw new ArgumentException($"Program '{_program.Plan.Name}' has {steps} steps; there is room for {ticks.Length}.", nameof(ticks));
        ticks.Clear();
        _timed = true;
        _timedStep = -1;
        try
        {
            Run();
        }
        finally
        {
            _timed = false;
        }

        StartTiming(-1);
        _ticks.CopyTo(ticks);
        Array.Clear(_ticks);
    }

    void IParallelRegion.Execute(ref TeamMember member)
    {
        var cursor = _memory.Cursor(member.Index);
        var time = 0L;
        try
        {
            RunShares(ref member, ref cursor, ref time);
        }
        catch (Exception exception)
        {
            _failure.Record(time, member.Index, exception);
            // The others stop at the next barrier, where they learn of the failure; they wait for this worker there.
            if (cursor.SeekBarrier()) member.Barrier();
        }
    }

    /// <param name="member">This worker.</param>
    /// <param name="cursor">Its way.</param>
    /// <param name="time">Barriers passed, and the step at work in the lower half, for the caller when one throws.</param>
    private void RunShares(ref TeamMember member, ref PlanCursor cursor, ref long time)
    {
        var steps = _program.Code.Steps;
        var arguments = _memory.Arguments;
        var scratch = _memory.Scratch(member.Index);
        for (var barriers = 0L; !cursor.IsAtEnd;)
        {
            if (cursor.IsAtBarrier)
            {
                time = ++barriers << 32;
                member.Barrier();
                if (_failure.IsBefore(time)) return;
            }

            var index = cursor.Advance(member.Index);
            if (index < 0) continue;
            time = (barriers << 32) + index;
            if (_timed && member.Index == 0) StartTiming(index);
            ref readonly var step = ref steps[index];
            var (begin, end) = step.Share(member.Index, member.TeamSize);
            if (begin < end) Call(step, arguments, scratch, begin, end);
        }
    }

    private void RunAlone()
    {
        var arguments = _memory.Arguments;
        var scratch = _memory.Scratch(0);
        var steps = _program.Code.Steps;
        var cursor = _memory.Cursor(0);
        while (!cursor.IsAtEnd)
        {
            var index = cursor.Advance(0);
            if (index < 0) continue;
            if (_timed) StartTiming(index);
            ref readonly var step = ref steps[index];
            if (step.Tasks > 0) Call(step, arguments, scratch, 0, step.Tasks);
        }
    }

    private void RunPoisoned()
    {
        _memory.PoisonArena();
        var steps = _program.Code.Steps;
        var cursor = _memory.Cursor(0);
        while (!cursor.IsAtEnd)
        {
            var index = cursor.Advance(0);
            if (index < 0) continue;
            if (_timed) StartTiming(index);
            for (var worker = 0; worker < _program.Workers; worker++)
            {
                var (begin, end) = steps[index].Share(worker, _program.Workers);
                if (begin == end) continue;
                _memory.PoisonScratch(worker);
                _memory.ShareCounters(worker);
                Call(steps[index], _memory.Arguments, _memory.Scratch(worker), begin, end);
                CheckOverrun(index, worker);
            }
        }
    }

    /// <summary>Adds the time since the last call to the step of that call.</summary>
    private void StartTiming(int step)
    {
        var now = Stopwatch.GetTimestamp();
        if (_timedStep >= 0) _ticks[_timedStep] += now - _timedSince;
        (_timedStep, _timedSince) = (step, now);
    }

    private static void Call(in StepCall step, nint* arguments, nint scratch, int begin, int end) =>
        ((delegate*<nint*, nint, int, int, void>)step.Kernel)(arguments + step.FirstArgument, scratch, begin, end);

    private void CheckOverrun(int index, int worker)
    {
        if (_memory.TakeOverrun(worker) is not { } overrun) return;
        var plan = _program.Plan;
        throw new MemoryOverrunException(
            $"Kernel '{plan.NameOf(plan.Steps[index])}' (step {index} of program '{plan.Name}') wrote outside {overrun}.");
    }
}
