using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>
/// How training changes a parameter, as a part of the compiled step. An optimizer holds settings only; each training keeps
/// the state. The learning rate is read at every step, so that changing it recompiles nothing.
/// </summary>
public abstract class Optimizer
{
    /// <param name="learningRate">At least 0.</param>
    /// <param name="weightDecay">What an update makes of it is the optimizer's affair; at least 0.</param>
    /// <param name="maximize">Whether the loss is to grow instead of to shrink.</param>
    /// <exception cref="GraphException">The learning rate or the decay is negative or no number.</exception>
    protected Optimizer(double learningRate, double weightDecay = 0, bool maximize = false)
    {
        LearningRate = NotNegative(learningRate, nameof(learningRate));
        WeightDecay = NotNegative(weightDecay, nameof(weightDecay));
        Maximize = maximize;
    }

    /// <summary>The learning rate a training starts with.</summary>
    public double LearningRate { get; }

    public double WeightDecay { get; }

    public bool Maximize { get; }

    /// <summary>The value of one parameter after the step.</summary>
    /// <param name="step">The parameter, its gradient, and its state.</param>
    protected internal abstract Tensor Update(OptimizerStep step);

    /// <summary>The gradient of what is to shrink.</summary>
    protected Tensor Slope(OptimizerStep step) => Maximize ? -step.Gradient : step.Gradient;

    /// <summary><see cref="Slope"/> of the loss with an L2 penalty: weight decay as most optimizers mean it.</summary>
    protected Tensor PenalizedSlope(OptimizerStep step) =>
        WeightDecay == 0 ? Slope(step) : Slope(step) + WeightDecay * step.Parameter;

    /// <summary>The parameter shrunk by weight decay times learning rate: decoupled weight decay.</summary>
    protected Tensor Decayed(OptimizerStep step) =>
        WeightDecay == 0 ? step.Parameter : step.Parameter * step.Scalar(1 - step.LearningRate * WeightDecay);

    /// <summary>Moves a running mean: decay · mean + (1 - decay) · sample.</summary>
    protected static void Average(OptimizerState mean, double decay, Tensor sample) =>
        mean.Next = decay * mean.Value + (1 - decay) * sample;

    /// <summary>1 - decayⁿ at the n-th update, in float64: what a running mean that began at zero falls short by.</summary>
    protected static Tensor Correction(OptimizerStep step, double decay) =>
        1 - ((Tensor)decay).To(step.Count.DType).Pow(step.Count);

    /// <summary><paramref name="value"/> when it is at least 0 and finite.</summary>
    protected double NotNegative(double value, string name) => double.IsFinite(value) && value >= 0
        ? value
        : throw new GraphException(ErrorCode.BadAttribute, $"{GetType().Name}: {name} must be at least 0 but is {value}.");

    /// <summary><paramref name="value"/> when it lies in [0, 1).</summary>
    protected double Fraction(double value, string name) => value is >= 0 and < 1
        ? value
        : throw new GraphException(ErrorCode.BadAttribute, $"{GetType().Name}: {name} must lie in [0, 1) but is {value}.");

    /// <summary>Both decays when they lie in [0, 1); <paramref name="otherwise"/> when none are given.</summary>
    private protected (double First, double Second) Fractions(
        (double First, double Second)? betas, (double First, double Second) otherwise)
    {
        var (first, second) = betas ?? otherwise;
        return (Fraction(first, "betas.First"), Fraction(second, "betas.Second"));
    }
}
