using System.Runtime.InteropServices;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Execution;

/// <summary>Inputs and outputs of one run of a <see cref="ReferenceProgram"/>.</summary>
internal sealed class ReferenceRun(ReferenceProgram program)
{
    private readonly Dictionary<string, Literal> _inputs = [];
    private IReadOnlyDictionary<string, Literal> _outputs = new Dictionary<string, Literal>();

    public void SetInput<T>(int index, ReadOnlySpan<T> values) where T : unmanaged => SetInput(index, MemoryMarshal.AsBytes(values));

    public void SetInput(int index, ReadOnlySpan<byte> bytes)
    {
        var input = program.Inputs[index];
        _inputs[input.Label] = Literal.Of(input.Type, bytes);
    }

    public void Run()
    {
        var result = ReferenceEvaluator.Evaluate(program.Graph, _inputs, program.ReadStates());
        program.WriteStates(result.States);
        _outputs = result.Outputs;
    }

    public void GetOutput<T>(int index, Span<T> destination) where T : unmanaged =>
        _outputs[program.Graph.Outputs[index].Name].AsSpan<T>().CopyTo(destination);

    public ReadOnlySpan<byte> OutputBytes(int index) => _outputs[program.Graph.Outputs[index].Name].Bytes;
}
