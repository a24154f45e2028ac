using System.Runtime.InteropServices;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Runtime.Embedded;

/// <summary>
/// A program that was compiled with the application, for one choice of extents, ready to run. Generated code is built on it; safe to
/// use from several threads, since it never writes its states.
/// </summary>
public sealed class EmbeddedProgram
{
    private readonly CompiledProgram _program;
    private readonly (string Name, long Elements)[] _inputs;
    private readonly int[] _inputPositions;
    private readonly int[] _outputPositions;
    private readonly IndexCheck[] _checks;

    /// <param name="states">The model's parameters and other states.</param>
    /// <param name="data">The model's data.</param>
    /// <param name="threads">Threads of a run, the caller's included; at least 1. Results do not depend on it.</param>
    /// <param name="inputs">The model's inputs and their sizes.</param>
    /// <param name="outputs">The model's outputs.</param>
    /// <param name="checks">What inputs must hold where they are read as indices.</param>
    /// <param name="variants">One of them for vectors of 128 bits, which every processor has, or for the processor at hand.</param>
    /// <exception cref="PlatformNotSupportedException">No variant runs on this processor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is to be no thread.</exception>
    public EmbeddedProgram(
        StateBuffer[] states, EmbeddedData data, int threads, (string Name, long Elements)[] inputs, string[] outputs, IndexCheck[] checks,
        params ReadOnlySpan<EmbeddedVariant> variants)
    {
        var variant = VectorSupport.Widest(variants);
        var kernels = variant.Kernels();
        var plan = variant.Plan(data);
        var compilation = KernelWarmUp.Begin(plan, kernels, threads);
        (_inputs, _checks, VectorBits) = (inputs, checks, variant.VectorBits);
        _program = new CompiledProgram(plan, kernels, [.. variant.States().Select(s => states[s])], threads, keepAlive: null);
        _inputPositions = [.. inputs.Select(i => _program.FindInput(i.Name))];
        _outputPositions = [.. outputs.Select(_program.OutputIndex)];
        compilation.End();
    }

    /// <summary>Width of the vector registers its kernels use.</summary>
    public int VectorBits { get; }

    /// <summary>The plan with its kernels.</summary>
    public CompiledProgram Program => _program;

    /// <summary>Memory for one run at a time. Disposing it gives it back.</summary>
    public RunContext Rent() => _program.Rent();

    /// <summary>Checks an input before anything is computed.</summary>
    /// <exception cref="ArgumentException">It has another length, or an element that is read as an index is out of range.</exception>
    public void CheckInput<T>(int input, ReadOnlySpan<T> values) where T : unmanaged
    {
        var (name, elements) = _inputs[input];
        CheckLength(name, values.Length, elements);
        foreach (var check in _checks)
            if (check.Input == name && check.Problem(DTypes.Of<T>(), MemoryMarshal.AsBytes(values)) is { } problem)
                throw new ArgumentException(problem, name);
    }

    /// <summary>Checks where an output is to go before anything is computed.</summary>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public void CheckOutput<T>(int output, Span<T> destination) where T : unmanaged
    {
        var buffer = _program.Outputs[_outputPositions[output]];
        CheckLength(buffer.Name, destination.Length, buffer.Bytes / buffer.Type.Size());
    }

    /// <summary>Copies a whole input, row-major.</summary>
    public void SetInput<T>(RunContext run, int input, ReadOnlySpan<T> values) where T : unmanaged
    {
        if (_inputPositions[input] >= 0) run.SetInput(_inputPositions[input], values);
    }

    /// <summary>Copies a whole output, row-major.</summary>
    public void GetOutput<T>(RunContext run, int output, Span<T> destination) where T : unmanaged =>
        run.GetOutput(_outputPositions[output], destination);

    private static void CheckLength(string name, int length, long expected)
    {
        if (length != expected) throw new ArgumentException($"'{name}' takes {expected} elements; it was given {length}.", name);
    }
}
