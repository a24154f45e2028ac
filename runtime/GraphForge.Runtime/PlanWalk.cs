namespace GraphForge.Runtime;

/// <summary>One thread's way through a run, phase by phase.</summary>
internal unsafe ref struct PlanWalk
{
    private readonly StepCall[] _steps;
    private readonly nint* _arguments;
    private readonly nint _scratch;
    private readonly int _parts;
    private readonly RegionFailure _failure;

    /// <summary>Null where this thread measures nothing.</summary>
    private readonly StepTimer? _timer;

    /// <summary>The counters of loops when the phase began.</summary>
    private readonly Span<long> _counters;

    private PlanCursor _cursor;
    private PlanCursor _start;
    private bool _isPast;

    /// <summary>Phases begun in the upper half: the same for all threads, so that failures can be put in order.</summary>
    private long _time;

    /// <param name="code">The way.</param>
    /// <param name="memory">What the run works on.</param>
    /// <param name="timer">Told of steps by the caller's thread, if it is running.</param>
    /// <param name="failure">Told of exceptions.</param>
    /// <param name="member">This thread.</param>
    /// <param name="counters">Room for a number for each loop around a step.</param>
    public PlanWalk(
        PlanCode code, ContextMemory memory, StepTimer timer, RegionFailure failure, in TeamMember member, Span<long> counters)
    {
        (_steps, _parts, _failure) = (code.Steps, member.Parts, failure);
        (_scratch, _cursor) = (memory.Scratch(member.Index), memory.Cursor(member.Index));
        _arguments = memory.Arguments;
        _timer = timer.IsRunning && member.Index == 0 ? timer : null;
        _counters = counters;
    }

    public readonly bool IsAtEnd => _cursor.IsAtEnd;

    /// <summary>Whether a step of this phase or one before has thrown. Asked when the phase is over, the answer is the same for all.</summary>
    public readonly bool HasFailed => _failure.IsBefore(_time + (1L << 32));

    public void BeginPhase()
    {
        _time += 1L << 32;
        _start = _cursor;
        _cursor.SaveCounters(_counters);
        _isPast = false;
    }

    /// <summary>Does one part of the phase, on the thread's own scratch memory. An exception ends the part and is noted.</summary>
    public void Do(int part)
    {
        if (_isPast) Rewind();
        _isPast = true;
        var index = -1;
        try
        {
            do
            {
                index = _cursor.Advance(part);
                if (index >= 0) Call(index, part);
            }
            while (!_cursor.IsAtPhaseEnd);
        }
        catch (Exception exception)
        {
            _failure.Record(_time + index, part, exception);
            Rewind();
            _cursor.Skip();
        }
    }

    /// <summary>Goes on to where the next phase begins.</summary>
    public void EndPhase()
    {
        if (!_isPast) _cursor.Skip();
    }

    private readonly void Call(int index, int part)
    {
        _timer?.Start(index);
        ref readonly var step = ref _steps[index];
        var (begin, end) = step.Share(part, _parts);
        if (begin < end) step.Run(_arguments, _scratch, begin, end);
    }

    private void Rewind()
    {
        _cursor = _start;
        _cursor.RestoreCounters(_counters);
    }
}
