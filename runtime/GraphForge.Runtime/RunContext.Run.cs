using System.Diagnostics;

namespace GraphForge.Runtime;

public sealed partial class RunContext
{
    private readonly StepTimer _timer;
    private readonly PlanRegion _region;

    /// <summary>
    /// Runs all steps. An exception of a kernel, on whichever thread, is thrown here after every thread has stopped;
    /// outputs, and states the program writes, are undefined then, and the context can be used again.
    /// </summary>
    /// <remarks>
    /// While another run has the program's threads, this one does all the work on its caller's thread. A run on one thread
    /// takes no lock, unless a state of any program has changed since this program ran last and it has prepared values: then it
    /// looks whether they are to be prepared anew, and the first of several runs does so.
    /// </remarks>
    /// <exception cref="MemoryOverrunException">The program has <see cref="CompiledProgram.Poison"/>, and a kernel left the memory it was given.</exception>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(!_rented, this);
        _program.BringUpToDate();
        try
        {
            if (_memory.Poison is { } poison) RunPoisoned(poison);
            else if (_program.Team is null || !_program.Team.TryRun(_region)) RunAlone();
            else _region.Failure.ThrowIfAny();
        }
        finally
        {
            _program.MarkWrittenStates();
        }

        GC.KeepAlive(this);
    }

    /// <summary>
    /// Runs all steps as <see cref="Run"/> does and fills <paramref name="ticks"/>, one element per step of the plan, with
    /// the time from the step's start to the next one's on the caller's thread, all iterations together, in units of
    /// 1 / <see cref="Stopwatch.Frequency"/> seconds. Waiting at a barrier counts towards the step before it; no thread does
    /// another one's part.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="ticks"/> has not one element per step.</exception>
    public void Profile(Span<long> ticks)
    {
        var steps = _program.Plan.Steps.Count;
        if (ticks.Length != steps)
            throw new ArgumentException($"Program '{_program.Plan.Name}' has {steps} steps; there is room for {ticks.Length}.", nameof(ticks));
        _timer.Begin();
        try
        {
            Run();
        }
        finally
        {
            _timer.End(ticks);
        }
    }

    private unsafe void RunAlone()
    {
        var arguments = _memory.Arguments;
        var scratch = _memory.Scratch(0);
        var steps = _program.Code.Steps;
        var cursor = _memory.Cursor(0);
        while (!cursor.IsAtEnd)
        {
            var index = cursor.Advance(0);
            if (index < 0) continue;
            if (_timer.IsRunning) _timer.Start(index);
            ref readonly var step = ref steps[index];
            if (step.Tasks > 0) step.Run(arguments, scratch, 0, step.Tasks);
        }
    }

    private unsafe void RunPoisoned(ArenaPoison poison)
    {
        poison.Begin();
        var steps = _program.Code.Steps;
        var cursor = _memory.Cursor(0);
        while (!cursor.IsAtEnd)
        {
            var index = cursor.Advance(0);
            if (index < 0) continue;
            if (_timer.IsRunning) _timer.Start(index);
            poison.FreeBefore(index);
            for (var worker = 0; worker < _program.Workers; worker++)
            {
                var (begin, end) = steps[index].Share(worker, _program.Workers);
                if (begin == end) continue;
                _memory.PoisonScratch(worker);
                _memory.ShareCounters(worker);
                steps[index].Run(_memory.Arguments, _memory.Scratch(worker), begin, end);
                CheckWrites(poison, index, worker);
            }
        }

        poison.FreeBefore(steps.Length);
    }

    private void CheckWrites(ArenaPoison poison, int index, int worker)
    {
        var fault = _memory.TakeOverrun(worker) is { } overrun ? $"outside {overrun}"
            : poison.FindStray(index) is var stray and >= 0 ? $"to byte {stray} of the arena, which is of no buffer that it was given"
            : null;
        if (fault is null) return;
        var plan = _program.Plan;
        throw new MemoryOverrunException($"Kernel '{plan.NameOf(plan.Steps[index])}' (step {index} of program '{plan.Name}') wrote {fault}.");
    }
}
