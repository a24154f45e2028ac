namespace GraphForge.Runtime.Tests;

/// <summary>Puts plans together by hand; every arena buffer gets bytes of its own.</summary>
internal sealed unsafe class PlanSketch(string name = "sketch")
{
    private readonly List<PlanBuffer> _buffers = [];
    private readonly List<PlanStep> _steps = [];
    private readonly List<string> _kernelNames = [];
    private readonly List<nint> _kernels = [];
    private readonly List<byte[]> _constants = [];
    private readonly List<StateBuffer> _states = [];
    private long _arenaBytes;

    public int ScratchBytes { get; init; }

    /// <summary>Whether the arena ends with the last buffer instead of being rounded up.</summary>
    public bool TightArena { get; init; }

    public int Input(string label, DType type, params long[] dims) => Place(label, BufferKind.Input, type, dims);

    public int Intermediate(string label, DType type, params long[] dims) => Place(label, BufferKind.Intermediate, type, dims);

    public int Output(string label, DType type, params long[] dims) => Place(label, BufferKind.Output, type, dims);

    public int State(StateBuffer state)
    {
        _states.Add(state);
        return Add(new PlanBuffer(state.Name, BufferKind.State, state.Type, state.Dims, state.Bytes, _states.Count - 1));
    }

    public int Constant(string label, DType type, byte[] bytes, params long[] dims)
    {
        _constants.Add(bytes);
        return Add(new PlanBuffer(label, BufferKind.Constant, type, dims, bytes.Length, _constants.Count - 1));
    }

    public int Kernel(string label, delegate*<nint*, nint, int, int, void> entry)
    {
        _kernelNames.Add(label);
        _kernels.Add((nint)entry);
        return _kernels.Count - 1;
    }

    public void Step(int kernel, int[] buffers, int tasks, bool barrier = true, int[]? writes = null) =>
        _steps.Add(new PlanStep(kernel, buffers, tasks, barrier) { Writes = writes ?? [] });

    public ExecutionPlan Plan()
    {
        var last = _buffers.FindLast(buffer => buffer.InArena);
        var arenaBytes = TightArena && last is not null ? last.Offset + last.Bytes : _arenaBytes;
        return new ExecutionPlan(name, arenaBytes, ScratchBytes, _kernelNames, _buffers, _steps, _constants);
    }

    public CompiledProgram Compile(int threads = 1, bool poison = false) => Compile(Plan(), threads, poison);

    /// <summary>A plan over the kernels and states of this sketch.</summary>
    public CompiledProgram Compile(ExecutionPlan plan, int threads, bool poison = false) =>
        new(plan, _kernels, _states, threads, keepAlive: null) { Poison = poison };

    /// <summary>With a thread for each part of the work, however few cores there are.</summary>
    public CompiledProgram CompileCrowded(ExecutionPlan plan, int threads) =>
        new(plan, _kernels, _states, threads, keepAlive: null) { Team = CrowdedTeams.OfSize(threads) };

    private int Place(string label, BufferKind kind, DType type, long[] dims)
    {
        var bytes = dims.Aggregate((long)type.Size(), (product, extent) => product * extent);
        var index = Add(new PlanBuffer(label, kind, type, dims, bytes, _arenaBytes));
        _arenaBytes = AlignedMemory.RoundUp(_arenaBytes + bytes);
        return index;
    }

    private int Add(PlanBuffer buffer)
    {
        _buffers.Add(buffer);
        return _buffers.Count - 1;
    }
}
