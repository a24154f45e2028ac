namespace GraphForge.Runtime;

/// <summary>What one run at a time works on: an arena, scratch for each worker, and every step's base addresses.</summary>
internal sealed unsafe class ContextMemory
{
    private const byte PoisonValue = 0xFF;

    private readonly AlignedMemory _arena;
    private readonly AlignedMemory[] _scratch;
    private readonly AlignedMemory _arguments;
    private readonly PlanBuffer[] _inputs;

    public ContextMemory(CompiledProgram program)
    {
        var plan = program.Plan;
        _arena = new AlignedMemory(plan.ArenaBytes, program.Poison);
        _scratch = new AlignedMemory[program.Workers];
        for (var worker = 0; worker < _scratch.Length; worker++)
            _scratch[worker] = new AlignedMemory(plan.ScratchBytes, program.Poison);
        _inputs = [.. program.Inputs.Where(input => input.Bytes > 0).OrderBy(input => input.Offset)];
        _arguments = new AlignedMemory(plan.Steps.Sum(step => (long)step.Buffers.Count) * sizeof(nint));
        FillArguments(program);
    }

    /// <summary>The base addresses of all steps' arguments, one step after the other.</summary>
    public nint* Arguments => (nint*)_arguments.Address;

    public nint Scratch(int worker) => _scratch[worker].Address;

    public void* Locate(PlanBuffer buffer) => (void*)(_arena.Address + (nint)buffer.Offset);

    /// <summary>
    /// Fills the arena, except for the inputs, with bytes that are NaN as floating point and −1 as integers: a kernel that
    /// reads what no kernel wrote then shows in the results.
    /// </summary>
    public void PoisonArena()
    {
        var end = 0L;
        foreach (var input in _inputs)
        {
            _arena.Fill(end, input.Offset, PoisonValue);
            end = input.Offset + input.Bytes;
        }

        _arena.Fill(end, _arena.Bytes, PoisonValue);
    }

    public void PoisonScratch(int worker) => _scratch[worker].Fill(0, _scratch[worker].Bytes, PoisonValue);

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
            for (var argument = 0; argument < step.Buffers.Count; argument++)
            {
                var buffer = program.Plan.Buffers[step.Buffers[argument]];
                *next++ = buffer.InArena ? (nint)Locate(buffer) : program.Locate(buffer);
            }
        }
    }
}
