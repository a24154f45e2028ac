using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Execution;

/// <summary>A graph that <see cref="ReferenceEvaluator"/> walks at every run.</summary>
internal sealed class ReferenceProgram(ComputationGraph graph, StateStore states) : BoundProgram
{
    private readonly Input[] _inputs = [.. graph.Inputs];

    public ComputationGraph Graph => graph;

    public IReadOnlyList<Input> Inputs => _inputs;

    public override int InputIndex(string name) => Array.FindIndex(_inputs, i => i.Label == name);

    public override int OutputIndex(string name) => Array.FindIndex([.. graph.Outputs], o => o.Name == name);

    public override RunLease Rent() => new(new ReferenceRun(this));

    /// <summary>The states' values copied out, so that a run sees what they were before it.</summary>
    public Dictionary<StateSlot, Literal> ReadStates() => graph.States.ToDictionary(slot => slot, slot =>
    {
        var value = new Literal(slot.Type);
        states[slot].AsBytes().CopyTo(Bytes(value));
        return value;
    });

    public void WriteStates(IEnumerable<KeyValuePair<StateSlot, Literal>> values)
    {
        foreach (var (slot, value) in values) value.Bytes.CopyTo(states[slot].AsBytes());
    }

    private static Span<byte> Bytes(Literal literal) => literal.Type.DType switch
    {
        DType.Float32 => System.Runtime.InteropServices.MemoryMarshal.AsBytes(literal.AsSpan<float>()),
        DType.Float64 => System.Runtime.InteropServices.MemoryMarshal.AsBytes(literal.AsSpan<double>()),
        DType.Int32 => System.Runtime.InteropServices.MemoryMarshal.AsBytes(literal.AsSpan<int>()),
        DType.Int64 => System.Runtime.InteropServices.MemoryMarshal.AsBytes(literal.AsSpan<long>()),
        DType.Bool => System.Runtime.InteropServices.MemoryMarshal.AsBytes(literal.AsSpan<bool>()),
        _ => literal.AsSpan<byte>(),
    };
}
