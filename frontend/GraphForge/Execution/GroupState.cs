using GraphForge.Compiler.Graph;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Execution;

/// <summary>What a training keeps for a group of parameters.</summary>
internal sealed class GroupState
{
    private readonly StateStore _store;
    private readonly string _prefix;
    private readonly Dictionary<string, StateSlot> _shared = [];

    /// <param name="store">Holds the values.</param>
    /// <param name="optimizer">Updates the parameters.</param>
    /// <param name="number">0 for the parameters that no group claims, then the groups in order.</param>
    public GroupState(StateStore store, Optimizer optimizer, int number)
    {
        (_store, Optimizer) = (store, optimizer);
        _prefix = number == 0 ? "" : $"group{number}.";
        LearningRate = store.Create($"{_prefix}learning_rate", Scalar, optimizer.LearningRate);
    }

    public Optimizer Optimizer { get; }

    public StateSlot LearningRate { get; }

    public double LearningRateValue
    {
        get => _store[LearningRate].AsSpan<double>()[0];
        set => _store[LearningRate].CopyFrom<double>([value]);
    }

    /// <summary>A float64 scalar that the optimizer keeps for the whole group under <paramref name="name"/>.</summary>
    public StateSlot Shared(string name, double initial)
    {
        if (!_shared.TryGetValue(name, out var slot))
            _shared[name] = slot = _store.Create($"{_prefix}{name}", Scalar, initial);
        return slot;
    }

    private static TensorType Scalar { get; } = new(DType.Float64, Shape.Scalar);
}
