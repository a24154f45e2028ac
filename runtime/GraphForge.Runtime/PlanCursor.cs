namespace GraphForge.Runtime;

/// <summary>
/// One thread's way through a plan, for whichever parts of it the thread does. The way of all parts is the same, except that
/// a loop which belongs to the first part alone is skipped by the others, so they meet at the same barriers.
/// </summary>
internal unsafe struct PlanCursor(PlanInstruction[] instructions, nint* arguments, long* counters)
{
    private int _next;

    public readonly bool IsAtEnd => _next == instructions.Length;

    /// <summary>Whether all workers meet before the next instruction, or there is none.</summary>
    public readonly bool IsAtPhaseEnd => IsAtEnd || instructions[_next].Barrier;

    /// <summary>The step to do, or −1 where there was an end of a loop.</summary>
    /// <param name="part">Whose part of the work is done: the first one's has loops of its own, which others go past.</param>
    public int Advance(int part)
    {
        ref readonly var instruction = ref instructions[_next];
        switch (instruction.Kind)
        {
            case InstructionKind.Call:
                _next++;
                return instruction.Target;
            case InstructionKind.Enter:
                CounterOf(instruction) = 0;
                _next = (instruction.IsShared || part == 0) && GoesOn(instruction) ? _next + 1 : instruction.Target;
                return -1;
            default:
                CounterOf(instruction)++;
                _next = GoesOn(instruction) ? instruction.Target : _next + 1;
                return -1;
        }
    }

    /// <summary>Goes on to the end of the phase without doing steps.</summary>
    public void Skip()
    {
        do Advance(-1);
        while (!IsAtPhaseEnd);
    }

    /// <summary>Notes the numbers of the iterations at work.</summary>
    public readonly void SaveCounters(Span<long> saved)
    {
        for (var depth = 0; depth < saved.Length; depth++) saved[depth] = counters[-1 - depth];
    }

    public readonly void RestoreCounters(ReadOnlySpan<long> saved)
    {
        for (var depth = 0; depth < saved.Length; depth++) counters[-1 - depth] = saved[depth];
    }

    private readonly ref long CounterOf(in PlanInstruction loop) => ref counters[-1 - loop.Depth];

    private readonly bool GoesOn(in PlanInstruction loop) => CounterOf(loop) < loop.Iterations &&
        (loop.Flag < 0 || *(byte*)arguments[loop.Flag] != 0 == loop.Wanted);
}
