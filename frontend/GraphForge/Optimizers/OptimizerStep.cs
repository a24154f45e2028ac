using GraphForge.Compiler.Graph;
using GraphForge.Tracing;

namespace GraphForge.Optimizers;

/// <summary>
/// One parameter's update while it is being written down. Everything is computed and kept in float32 at least, also for
/// parameters of fewer bits: what a step adds would be lost in their rounding.
/// </summary>
public sealed class OptimizerStep
{
    private readonly GroupGraph _group;
    private readonly Func<string, double, StateSlot> _slots;
    private readonly Dictionary<string, OptimizerState> _states = [];

    internal OptimizerStep(Tensor parameter, Tensor gradient, GroupGraph group, Func<string, double, StateSlot> slots)
    {
        (Parameter, Gradient, _group, _slots) = (parameter, gradient, group, slots);
    }

    /// <summary>The value before the step; float32 or float64.</summary>
    public Tensor Parameter { get; }

    /// <summary>Derivative of the loss by the parameter, clipped and accumulated as asked; of the parameter's shape and type.</summary>
    public Tensor Gradient { get; }

    /// <summary>float64 scalar.</summary>
    public Tensor LearningRate => _group.LearningRate;

    /// <summary>Number of this update, 1 for the first; float64 scalar.</summary>
    public Tensor Count => _group.Count;

    /// <summary>A tensor of the parameter's shape and type that is kept from step to step.</summary>
    /// <param name="name">Tells the parameter's states apart.</param>
    /// <param name="initial">What every element is before the first step.</param>
    public OptimizerState State(string name, double initial = 0)
    {
        if (_states.TryGetValue(name, out var state)) return state;
        return _states[name] = new OptimizerState(_slots(name, initial));
    }

    /// <summary>A float64 scalar that is kept from step to step for all parameters of the group together.</summary>
    /// <param name="name">Tells the group's scalars apart.</param>
    /// <param name="initial">The value before the first step.</param>
    public OptimizerState Shared(string name, double initial = 0) => _group.Shared(name, initial);

    /// <summary>A float64 scalar rounded to the parameter's type, to be combined with it.</summary>
    public Tensor Scalar(Tensor value) => value.To(Parameter.DType);

    internal IEnumerable<OptimizerState> States => _states.Values;
}
