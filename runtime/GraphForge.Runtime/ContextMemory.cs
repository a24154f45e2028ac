namespace GraphForge.Runtime;

/// <summary>What one run at a time works on: an arena, scratch for each worker, and every step's base addresses.</summary>
internal sealed unsafe class ContextMemory
{
    private readonly AlignedMemory _arena;
    private readonly AlignedMemory[] _scratch;
    private readonly AlignedMemory _arguments;
    private readonly PlanInstruction[] _instructions;
    private readonly long _counterBytes;

    public ContextMemory(CompiledProgram program)
    {
        var plan = program.Plan;
        _instructions = program.Code.Instructions;
        _counterBytes = PlanCode.CounterBytes(plan);
        _arena = new AlignedMemory(plan.ArenaBytes, program.Poison);
        _scratch = new AlignedMemory[program.Workers];
        for (var worker = 0; worker < _scratch.Length; worker++)
            _scratch[worker] = new AlignedMemory(_counterBytes + plan.ScratchBytes, program.Poison);
        Poison = program.Poison ? new ArenaPoison(_arena, plan) : null;
        _arguments = new AlignedMemory(((long)program.Code.FirstFlag + program.Code.Flags.Count) * sizeof(nint));
        FillArguments(program);
    }

    /// <summary>What keeps the arena poisoned; null where nobody asked.</summary>
    public ArenaPoison? Poison { get; }

    /// <summary>The base addresses of all steps' arguments, one step after the other, then those of conditions.</summary>
    public nint* Arguments => (nint*)_arguments.Address;

    /// <summary>A worker's scratch; the counters of its loops stand right before it.</summary>
    public nint Scratch(int worker) => _scratch[worker].Address + (nint)_counterBytes;

    public PlanCursor Cursor(int worker) => new(_instructions, Arguments, (long*)Scratch(worker));

    /// <summary>Gives a worker the loop counters of the first, where one thread does the work of all.</summary>
    public void ShareCounters(int worker) =>
        Buffer.MemoryCopy((void*)_scratch[0].Address, (void*)_scratch[worker].Address, _counterBytes, _counterBytes);

    public void* Locate(PlanBuffer buffer) => (void*)(_arena.Address + (nint)buffer.Offset);

    public void PoisonScratch(int worker) => _scratch[worker].Fill(_counterBytes, _scratch[worker].Bytes, ArenaPoison.Value);

    /// <summary>What has been overrun since the last check, or null; the guards are whole again afterwards.</summary>
    public string? TakeOverrun(int worker)
    {
        var overrun = !_arena.GuardsIntact ? "the arena" : !_scratch[worker].GuardsIntact ? "its scratch" : null;
        _arena.ResetGuards();
        _scratch[worker].ResetGuards();
        return overrun;
    }

    private void FillArguments(CompiledProgram program)
    {
        var next = Arguments;
        foreach (var step in program.Plan.Steps)
        {
            for (var argument = 0; argument < step.Buffers.Count; argument++) *next++ = AddressOf(step.Buffers[argument]);
        }

        foreach (var flag in program.Code.Flags) *next++ = AddressOf(flag);

        nint AddressOf(int index)
        {
            var buffer = program.Plan.Buffers[index];
            return buffer.InArena ? (nint)Locate(buffer) : program.Locate(buffer);
        }
    }
}
