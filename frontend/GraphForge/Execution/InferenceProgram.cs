using GraphForge.Compiler.Graph;
using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>A compiled model for one binding of its inputs' extents.</summary>
internal sealed class InferenceProgram
{
    private readonly InputSignature _inputs;
    private readonly StateAccess _access;
    private readonly IndexChecks _indices;
    private readonly TensorSpec[] _outputs;
    private readonly long[] _outputSizes;
    private readonly int[] _inputIndices;
    private readonly int[] _outputIndices;

    public InferenceProgram(BoundProgram program, StateAccess access, InferenceGraph graph, long[] extents)
    {
        (Program, _access, _inputs) = (program, access, graph.Inputs);
        var binding = _inputs.Binding(extents);
        _indices = new IndexChecks(_inputs, graph.Ranges, binding);
        _outputs = [.. graph.Outputs.Select(o => o with { Shape = o.Shape.Bind(binding) })];
        _outputSizes = [.. _outputs.Select(o => o.Shape.Size.Value)];
        _inputIndices = [.. _inputs.Specs.Select(s => program.InputIndex(s.Name))];
        _outputIndices = [.. _outputs.Select(o => program.OutputIndex(o.Name))];
    }

    public BoundProgram Program { get; }

    /// <summary>Runs a program of one input and one output, whose sizes were checked.</summary>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        using var held = _access.Hold();
        using var run = Program.Rent();
        run.SetInput(_inputIndices[0], input);
        run.Run();
        run.GetOutput(_outputIndices[0], output);
    }

    /// <param name="inputs">Arrays that fit the binding.</param>
    /// <param name="outputs">Checked here.</param>
    /// <param name="ticks">Receives the time of each step of the plan; empty where nobody asks.</param>
    public void Run(ReadOnlySpan<NamedArray> inputs, ReadOnlySpan<NamedArray> outputs, Span<long> ticks = default)
    {
        for (var i = 0; i < outputs.Length; i++) CheckOutput(outputs, i);
        _indices.Check(inputs);
        using var held = _access.Hold();
        using var run = Program.Rent();
        foreach (var array in inputs) run.SetInput(_inputIndices[_inputs.IndexOf(array.Name)], array);
        if (ticks.IsEmpty) run.Run();
        else run.Profile(ticks);
        foreach (var array in outputs) run.OutputBytes(_outputIndices[IndexOf(array.Name)]).CopyTo(array.Bytes);
    }

    private void CheckOutput(ReadOnlySpan<NamedArray> arrays, int which)
    {
        ref readonly var array = ref arrays[which];
        var index = IndexOf(array.Name);
        if (index < 0)
            throw Wrong($"there is no output '{array.Name}'; there are {NamedTensors.Names(_outputs.Select(o => o.Name))}.");
        for (var earlier = 0; earlier < which; earlier++)
            if (arrays[earlier].Name == array.Name) throw Wrong($"the output '{array.Name}' is asked for twice.");
        if (array.DType != _outputs[index].DType || array.Count != _outputSizes[index])
            throw Wrong($"the output {_outputs[index]} has {_outputSizes[index]} values; the array holds {array.Count} of " +
                $"{array.DType.ToString().ToLowerInvariant()}.");
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < _outputs.Length; i++)
            if (_outputs[i].Name == name) return i;
        return -1;
    }

    private static GraphException Wrong(string problem) => new(ErrorCode.BadRunArgument, problem);
}
