using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

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
    public Dictionary<StateSlot, Literal> ReadStates() =>
        graph.States.ToDictionary(slot => slot, slot => Literal.Of(slot.Type, states[slot].AsBytes()));

    public void WriteStates(IReadOnlyDictionary<StateSlot, Literal> values)
    {
        foreach (var update in graph.Updates) states[update.Slot].CopyFromBytes(values[update.Slot].Bytes);
    }
}
