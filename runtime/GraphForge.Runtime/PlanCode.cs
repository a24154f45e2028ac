namespace GraphForge.Runtime;

/// <summary>A plan resolved for execution: its steps, and the instructions that lead through them and its loops.</summary>
internal sealed class PlanCode
{
    private readonly ExecutionPlan _plan;
    private readonly StepCall[] _steps;
    private readonly List<PlanInstruction> _instructions = [];
    private readonly List<int> _flags = [];
    private readonly Queue<PlanLoop> _waiting;
    private bool _pending;
    private bool _sharedSinceBarrier;

    private PlanCode(ExecutionPlan plan, IReadOnlyList<nint> kernels)
    {
        _plan = plan;
        _steps = new StepCall[plan.Steps.Count];
        _waiting = new Queue<PlanLoop>(plan.Loops.OrderBy(l => l.FirstStep).ThenByDescending(l => l.StepCount));
        var argument = 0;
        for (var index = 0; index < _steps.Length; index++)
        {
            var step = plan.Steps[index];
            _steps[index] = new StepCall(kernels[step.Kernel], argument, step.Tasks, Barrier: false);
            argument = checked(argument + step.Buffers.Count);
        }
        FirstFlag = argument;
        LoopDepth = DepthOf(plan);
        AddRange(0, _steps.Length, 0);
        MayLag = _instructions.All(i => !i.IsShared || i.Flag < 0);
    }

    public static PlanCode Of(ExecutionPlan plan, IReadOnlyList<nint> kernels) => new(plan, kernels);

    public StepCall[] Steps => _steps;

    public PlanInstruction[] Instructions => field ??= [.. _instructions];

    /// <summary>
    /// Whether a thread may walk behind the others. Not past conditions of loops that are shared: later iterations change them.
    /// </summary>
    public bool MayLag { get; }

    /// <summary>Most loops around a step.</summary>
    public int LoopDepth { get; }

    /// <summary>Where the addresses of conditions begin in a context's table of arguments, behind those of the steps.</summary>
    public int FirstFlag { get; }

    /// <summary>The buffer of each condition, in the order of their addresses.</summary>
    public IReadOnlyList<int> Flags => _flags;

    /// <summary>Bytes before each worker's scratch that hold the counters of its loops.</summary>
    public static long CounterBytes(ExecutionPlan plan) =>
        AlignedMemory.RoundUp(sizeof(long) * DepthOf(plan));

    private static int DepthOf(ExecutionPlan plan) =>
        plan.Loops.Select(l => plan.Loops.Count(o => o.Contains(l))).DefaultIfEmpty(0).Max();

    private void AddRange(int first, int end, int depth)
    {
        while (first < end)
        {
            if (_waiting.TryPeek(out var loop) && loop.FirstStep == first) first = AddLoop(_waiting.Dequeue(), depth);
            else AddStep(first++, depth);
        }
    }

    /// <summary>
    /// Of the barriers a plan asks for, those between steps that worker 0 does alone are dropped or put off until the next
    /// step that other workers take part in: worker 0 does its own steps in order anyway.
    /// </summary>
    private void AddStep(int index, int depth)
    {
        var step = _plan.Steps[index];
        var shared = step.Tasks > 1;
        _pending |= step.BarrierBefore && (index > 0 || depth > 0);
        var barrier = _pending && (shared || _sharedSinceBarrier);
        if (barrier) _pending = _sharedSinceBarrier = false;
        _sharedSinceBarrier |= shared;
        _steps[index] = _steps[index] with { Barrier = barrier };
        _instructions.Add(new PlanInstruction(InstructionKind.Call, index, barrier));
    }

    private int AddLoop(PlanLoop loop, int depth)
    {
        var isShared = Enumerable.Range(loop.FirstStep, loop.StepCount).Any(s => _plan.Steps[s].Tasks > 1);
        // Worker 0 waits once for what the others did before a loop of its own. Whoever reads a condition in a shared loop
        // must have waited for the step that wrote it.
        var barrier = isShared ? loop.Condition is not null : _sharedSinceBarrier;
        if (barrier) _pending = _sharedSinceBarrier = false;
        var end = new PlanInstruction(InstructionKind.Enter, 0, barrier)
        {
            Depth = depth,
            Iterations = loop.Iterations,
            Flag = loop.Condition is { } c ? FlagOf(c.Buffer) : -1,
            Wanted = loop.Condition?.Value ?? false,
            IsShared = isShared,
        };
        var enter = _instructions.Count;
        _instructions.Add(end);
        // The steps before a shared loop, and its last ones for the next iteration, count as shared: its first barrier stays.
        _sharedSinceBarrier |= isShared;
        AddRange(loop.FirstStep, loop.End, depth + 1);
        _instructions.Add(end with { Kind = InstructionKind.Repeat, Target = enter + 1, Barrier = isShared && barrier });
        _instructions[enter] = end with { Target = _instructions.Count };
        _sharedSinceBarrier |= isShared;
        return loop.End;
    }

    private int FlagOf(int buffer)
    {
        var known = _flags.IndexOf(buffer);
        if (known < 0) _flags.Add(buffer);
        return FirstFlag + (known < 0 ? _flags.Count - 1 : known);
    }
}
