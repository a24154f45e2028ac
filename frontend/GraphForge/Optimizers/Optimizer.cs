using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>
/// How training changes a parameter, as a part of the compiled step. An optimizer holds settings only; each training keeps
/// the state. The learning rate is read at every step, so that changing it recompiles nothing.
/// </summary>
public abstract class Optimizer
{
    /// <exception cref="GraphException">The learning rate is negative or no number.</exception>
    protected Optimizer(double learningRate)
    {
        LearningRate = NotNegative(learningRate, nameof(learningRate));
    }

    /// <summary>The learning rate a training starts with.</summary>
    public double LearningRate { get; }

    /// <summary>The value of one parameter after the step.</summary>
    /// <param name="step">The parameter, its gradient, and its state.</param>
    protected internal abstract Tensor Update(OptimizerStep step);

    /// <summary><paramref name="value"/> when it is at least 0 and finite.</summary>
    protected double NotNegative(double value, string name) => double.IsFinite(value) && value >= 0
        ? value
        : throw new GraphException(ErrorCode.BadAttribute, $"{GetType().Name}: {name} must be at least 0 but is {value}.");

    /// <summary><paramref name="value"/> when it lies in [0, 1).</summary>
    protected double Fraction(double value, string name) => value is >= 0 and < 1
        ? value
        : throw new GraphException(ErrorCode.BadAttribute, $"{GetType().Name}: {name} must lie in [0, 1) but is {value}.");
}
