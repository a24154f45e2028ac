namespace GraphForge.Runtime;

/// <summary>
/// One worker's way through a plan. All workers take the same way, except that a loop which the first worker does alone is
/// skipped by the others, so they meet at the same barriers.
/// </summary>
internal unsafe struct PlanCursor(PlanInstruction[] instructions, nint* arguments, long* counters)
{
    private int _next;

    public readonly bool IsAtEnd => _next == instructions.Length;

    /// <summary>Whether all workers meet before the next instruction.</summary>
    public readonly bool IsAtBarrier => instructions[_next].Barrier;

    /// <summary>The step to do, or −1 where there was an end of a loop.</summary>
    public int Advance(int worker)
    {
        ref readonly var instruction = ref instructions[_next];
        switch (instruction.Kind)
        {
            case InstructionKind.Call:
                _next++;
                return instruction.Target;
            case InstructionKind.Enter:
                CounterOf(instruction) = 0;
                _next = (instruction.IsShared || worker == 0) && GoesOn(instruction) ? _next + 1 : instruction.Target;
                return -1;
            default:
                CounterOf(instruction)++;
                _next = GoesOn(instruction) ? instruction.Target : _next + 1;
                return -1;
        }
    }

    /// <summary>Goes on without doing steps to the next barrier; false where there is none.</summary>
    public bool SeekBarrier()
    {
        while (!IsAtEnd)
        {
            ref readonly var instruction = ref instructions[_next];
            if (instruction.Barrier) return true;
            // Loops of the first worker alone hold no barrier; every other one has a barrier first thing in an iteration.
            if (instruction.Kind == InstructionKind.Call || !instruction.IsShared && instruction.Kind == InstructionKind.Repeat) _next++;
            else Advance(instruction.IsShared ? 0 : -1);
        }

        return false;
    }

    private readonly ref long CounterOf(in PlanInstruction loop) => ref counters[-1 - loop.Depth];

    private readonly bool GoesOn(in PlanInstruction loop) => CounterOf(loop) < loop.Iterations &&
        (loop.Flag < 0 || *(byte*)arguments[loop.Flag] != 0 == loop.Wanted);
}
