using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>One parameter's update while it is being written down.</summary>
public sealed class OptimizerStep
{
    private readonly Func<string, StateSlot> _slots;
    private readonly Dictionary<string, OptimizerState> _states = [];

    internal OptimizerStep(Tensor parameter, Tensor gradient, Tensor learningRate, Tensor count, Func<string, StateSlot> slots)
    {
        (Parameter, Gradient, LearningRate, Count) = (parameter, gradient, learningRate, count);
        _slots = slots;
    }

    /// <summary>The value before the step.</summary>
    public Tensor Parameter { get; }

    /// <summary>Derivative of the loss by the parameter; of its shape and type.</summary>
    public Tensor Gradient { get; }

    /// <summary>float64 scalar.</summary>
    public Tensor LearningRate { get; }

    /// <summary>Number of this step, 1 for the first; float64 scalar.</summary>
    public Tensor Count { get; }

    /// <summary>A tensor of the parameter's shape and type that is kept from step to step; zeros before the first.</summary>
    public OptimizerState State(string name)
    {
        if (_states.TryGetValue(name, out var state)) return state;
        var slot = _slots(name);
        return _states[name] = new OptimizerState(slot);
    }

    internal IEnumerable<StateUpdate> Updates => _states.Values.Select(s => s.Update);

    /// <summary>A float64 scalar rounded to the parameter's type, to be combined with it.</summary>
    internal Tensor Scalar(Tensor value) => value.To(Parameter.DType);
}
