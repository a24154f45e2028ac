using GraphForge.Compiler.Graph;
using GraphForge.Execution;

namespace GraphForge.Optimizers;

/// <summary>A group of parameters in training.</summary>
public sealed class TrainedGroup
{
    private readonly OptimizationState _state;
    private readonly int _number;

    internal TrainedGroup(OptimizationState state, int number) => (_state, _number) = (state, number);

    /// <summary>Names of the parameters, whether the loss depends on them or not.</summary>
    public IReadOnlyList<string> Parameters => _state.NamesOf(_number);

    /// <summary>Read by every step; setting it between steps recompiles nothing.</summary>
    /// <exception cref="GraphException">Set to no learning rate, or while a schedule decides.</exception>
    public double LearningRate
    {
        get => _state.Rates[_number];
        set => _state.Rates[_number] = value;
    }
}
