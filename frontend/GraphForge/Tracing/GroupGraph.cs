using GraphForge.Compiler.Ops;
using GraphForge.Execution;
using GraphForge.Optimizers;

namespace GraphForge.Tracing;

/// <summary>What the updates of one group of parameters share while they are being written down.</summary>
/// <param name="state">The group's state.</param>
/// <param name="count">Number of this update, from 1; float64 scalar.</param>
internal sealed class GroupGraph(GroupState state, Tensor count)
{
    private readonly Dictionary<string, OptimizerState> _shared = [];

    public Tensor LearningRate { get; } = new(Nodes.State(state.LearningRate));

    public Tensor Count => count;

    public IEnumerable<OptimizerState> SharedStates => _shared.Values;

    public OptimizerState Shared(string name, double initial)
    {
        if (_shared.TryGetValue(name, out var known)) return known;
        return _shared[name] = new OptimizerState(state.Shared(name, initial));
    }
}
