using System.Runtime.InteropServices;

namespace GraphForge.Runtime.Artifacts;

/// <summary>
/// One run at a time of an <see cref="ArtifactProgram"/>: set every input, run, get the outputs. Not for several threads at
/// once. Allocates nothing but the errors.
/// </summary>
public sealed class ArtifactRun : IDisposable
{
    private readonly ArtifactProgram _program;
    private readonly IProgramRun _run;
    private readonly int[] _inputs;
    private readonly int[] _outputs;
    private readonly long[] _inputSizes;
    private readonly IndexCheck[][] _checks;
    private readonly bool[] _given;
    private bool _rented;

    internal ArtifactRun(ArtifactProgram program)
    {
        _program = program;
        _run = program.Runnable.RentRun();
        _inputs = [.. program.Inputs.Select(i => program.Runnable.FindInput(i.Name))];
        _outputs = [.. program.Outputs.Select(o => program.Runnable.FindOutput(o.Name))];
        _inputSizes = [.. program.Inputs.Select(i => i.Dims.Aggregate(1L, (size, dim) => checked(size * dim.Extent!.Value)))];
        _checks = [.. program.Inputs.Select(i => program.Binding.Checks.Where(c => c.Input == i.Name).ToArray())];
        _given = new bool[_inputs.Length];
    }

    /// <summary>Copies a whole input, row-major.</summary>
    /// <param name="name">Name of the input.</param>
    /// <param name="values">As many elements as its extents multiply to.</param>
    /// <exception cref="ArtifactException">Name, type or size does not fit, or an index is out of range; nothing was copied.</exception>
    public void Set<T>(string name, ReadOnlySpan<T> values) where T : unmanaged
    {
        var index = Find(_program.Inputs, name, "input");
        Check(_program.Inputs[index], DTypes.Of<T>(), values.Length, _inputSizes[index]);
        foreach (var check in _checks[index])
            if (check.Problem(DTypes.Of<T>(), MemoryMarshal.AsBytes(values)) is { } problem) throw Wrong(ArtifactError.BadRunArgument, problem);
        if (_inputs[index] >= 0) MemoryMarshal.AsBytes(values).CopyTo(_run.InputBytes(_inputs[index]));
        _given[index] = true;
    }

    /// <summary>Computes the outputs, and the new states of a function that writes some.</summary>
    /// <exception cref="ArtifactException">An input was not set since the last run.</exception>
    /// <exception cref="InvalidOperationException">Another run that changes the states is not over, or this one changes them and another is not.</exception>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(!_rented, this);
        var missing = Array.IndexOf(_given, false);
        if (missing >= 0) throw Wrong(ArtifactError.BadRunArgument, $"the input {_program.Inputs[missing]} was given no values since the last run.");
        _program.States.Enter(_program.Function.WritesStates);
        try
        {
            _run.Run();
        }
        finally
        {
            _program.States.Leave(_program.Function.WritesStates);
        }
        Array.Clear(_given);
    }

    /// <summary>Copies a whole output, row-major, as the last run left it.</summary>
    /// <param name="name">Name of the output.</param>
    /// <param name="destination">Room for as many elements as its extents multiply to.</param>
    /// <exception cref="ArtifactException">Name, type or size does not fit; nothing was copied.</exception>
    public void Get<T>(string name, Span<T> destination) where T : unmanaged
    {
        var index = Find(_program.Outputs, name, "output");
        var output = _program.Runnable.OutputBuffer(_outputs[index]);
        Check(_program.Outputs[index], DTypes.Of<T>(), destination.Length, output.Bytes / output.Type.Size());
        _run.OutputBytes(_outputs[index]).CopyTo(MemoryMarshal.AsBytes(destination));
    }

    /// <summary>Gives the run back; it must not be used any more.</summary>
    public void Dispose()
    {
        if (!_rented) return;
        _rented = false;
        _program.Return(this);
    }

    internal void Begin()
    {
        _rented = true;
        Array.Clear(_given);
    }

    private int Find(IReadOnlyList<ArtifactTensor> tensors, string name, string kind)
    {
        ObjectDisposedException.ThrowIf(!_rented, this);
        for (var i = 0; i < tensors.Count; i++)
            if (tensors[i].Name == name) return i;
        throw Wrong(ArtifactError.NotFound, $"'{_program.Function.Name}' has no {kind} '{name}'; it has {string.Join(", ", tensors)}.");
    }

    private void Check(ArtifactTensor tensor, DType given, int length, long expected)
    {
        if (tensor.DType != given || length != expected)
            throw Wrong(ArtifactError.BadRunArgument, $"{tensor} takes {expected} elements of {TensorLayout.Name(tensor.DType)}; it was given {length} of {TensorLayout.Name(given)}.");
    }

    private ArtifactException Wrong(ArtifactError code, string problem) => new(code, _program.Artifact, problem);
}
