namespace GraphForge.Runtime;

/// <summary>
/// The memory of one run at a time of a <see cref="CompiledProgram"/>, rented from it. Not safe for use by several threads
/// at once. Set every input before each run: a run may reuse the inputs' memory for other values. Disposing gives the
/// context back to the program; it must not be used, nor disposed again, after that.
/// </summary>
/// <remarks>Running, setting inputs and getting outputs allocate no managed memory.</remarks>
public sealed unsafe partial class RunContext : IDisposable, IProgramRun
{
    private readonly CompiledProgram _program;
    private readonly ContextMemory _memory;
    private bool _rented;

    internal RunContext(CompiledProgram program)
    {
        _program = program;
        _memory = new ContextMemory(program);
        _timer = new StepTimer(program.Plan.Steps.Count);
        _region = new PlanRegion(program.Code, _memory, _timer);
    }

    public CompiledProgram Program => _program;

    /// <summary>Where an output stands, as long as the context is reachable.</summary>
    internal nint AddressOf(int output) => (nint)_memory.Locate(Output(output));

    /// <summary>Copies a whole input, row-major.</summary>
    /// <exception cref="ArgumentException">
    /// There is no such input, or its element type or number of elements differs. Nothing has been copied then.
    /// </exception>
    public void SetInput<T>(int index, ReadOnlySpan<T> values) where T : unmanaged
    {
        var input = Input(index);
        CheckValues("Input", input, DTypes.Of<T>(), values.Length);
        values.CopyTo(Elements<T>(input));
    }

    /// <summary>Copies a whole output, row-major, as the last run left it.</summary>
    /// <exception cref="ArgumentException">
    /// There is no such output, or its element type or number of elements differs. Nothing has been copied then.
    /// </exception>
    public void GetOutput<T>(int index, Span<T> destination) where T : unmanaged
    {
        var output = Output(index);
        CheckValues("Output", output, DTypes.Of<T>(), destination.Length);
        Elements<T>(output).CopyTo(destination);
    }

    /// <summary>An input's own memory, to be written in place of a call of <see cref="SetInput"/>. Valid until this context is given back.</summary>
    /// <exception cref="ArgumentException">There is no such input, or its element type differs.</exception>
    /// <exception cref="InvalidOperationException">There are more elements than a span can hold (2³¹ − 1).</exception>
    public Span<T> InputSpan<T>(int index) where T : unmanaged
    {
        var input = Input(index);
        CheckType("Input", input, DTypes.Of<T>());
        return Elements<T>(input);
    }

    /// <summary>An output's own memory. Valid until the next run, or until this context is given back.</summary>
    /// <exception cref="ArgumentException">There is no such output, or its element type differs.</exception>
    /// <exception cref="InvalidOperationException">There are more elements than a span can hold (2³¹ − 1).</exception>
    public ReadOnlySpan<T> OutputSpan<T>(int index) where T : unmanaged
    {
        var output = Output(index);
        CheckType("Output", output, DTypes.Of<T>());
        return Elements<T>(output);
    }

    /// <summary>An input's own memory whatever its element type, to be written before a run. Valid until this context is given back.</summary>
    /// <exception cref="ArgumentException">There is no such input.</exception>
    /// <exception cref="InvalidOperationException">There are more bytes than a span can hold (2³¹ − 1).</exception>
    public Span<byte> InputBytes(int index) => Elements<byte>(Input(index));

    /// <summary>An output's own memory whatever its element type. Valid until the next run, or until this context is given back.</summary>
    /// <exception cref="ArgumentException">There is no such output.</exception>
    /// <exception cref="InvalidOperationException">There are more bytes than a span can hold (2³¹ − 1).</exception>
    public ReadOnlySpan<byte> OutputBytes(int index) => Elements<byte>(Output(index));

    /// <summary>Gives the context back to its program.</summary>
    public void Dispose()
    {
        if (!_rented) return;
        _rented = false;
        _program.Return(this);
    }

    internal void MarkRented() => _rented = true;

    private PlanBuffer Input(int index) => Pick(_program.Inputs, index, "input");

    private PlanBuffer Output(int index) => Pick(_program.Outputs, index, "output");

    private PlanBuffer Pick(IReadOnlyList<PlanBuffer> buffers, int index, string kind)
    {
        ObjectDisposedException.ThrowIf(!_rented, this);
        if ((uint)index < (uint)buffers.Count) return buffers[index];
        throw new ArgumentOutOfRangeException(
            nameof(index), $"Program '{_program.Plan.Name}' has {buffers.Count} {kind}s; there is no {kind} {index}.");
    }

    private Span<T> Elements<T>(PlanBuffer buffer) where T : unmanaged =>
        new(_memory.Locate(buffer), TensorLayout.SpanLength(buffer.Name, buffer.Bytes / sizeof(T)));

    private static void CheckType(string kind, PlanBuffer buffer, DType given)
    {
        if (buffer.Type != given)
            throw new ArgumentException($"{kind} '{buffer.Name}' is {Described(buffer)}; it was used as {TensorLayout.Name(given)}.");
    }

    private static void CheckValues(string kind, PlanBuffer buffer, DType given, int length)
    {
        var elements = buffer.Bytes / buffer.Type.Size();
        if (buffer.Type == given && elements == length) return;
        throw new ArgumentException(
            $"{kind} '{buffer.Name}' is {Described(buffer)}, {elements} elements of {TensorLayout.Name(buffer.Type)}; " +
            $"it was given {length} elements of {TensorLayout.Name(given)}.");
    }

    private static string Described(PlanBuffer buffer) => TensorLayout.Describe(buffer.Type, buffer.Dims);
}
