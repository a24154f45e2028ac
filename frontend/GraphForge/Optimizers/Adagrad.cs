using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>Adagrad (Duchi, Hazan and Singer 2011), as torch.optim.Adagrad computes it.</summary>
public sealed class Adagrad : Optimizer
{
    private readonly double _lrDecay;
    private readonly double _initialAccumulatorValue;
    private readonly double _eps;

    /// <param name="learningRate">At least 0.</param>
    /// <param name="lrDecay">The learning rate of the n-th update is divided by 1 + (n - 1) · this.</param>
    /// <param name="weightDecay">L2 penalty: this times the parameter is added to the gradient.</param>
    /// <param name="initialAccumulatorValue">What the sum of squared gradients starts with.</param>
    /// <param name="eps">Added to the divisor.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public Adagrad(double learningRate = 1e-2, double lrDecay = 0, double weightDecay = 0, double initialAccumulatorValue = 0,
        double eps = 1e-10, bool maximize = false)
        : base(learningRate, weightDecay, maximize)
    {
        _lrDecay = NotNegative(lrDecay, nameof(lrDecay));
        _initialAccumulatorValue = NotNegative(initialAccumulatorValue, nameof(initialAccumulatorValue));
        _eps = NotNegative(eps, nameof(eps));
    }

    protected internal override Tensor Update(OptimizerStep step)
    {
        var gradient = PenalizedSlope(step);
        var sum = step.State("sum", _initialAccumulatorValue);
        sum.Next = sum.Value + gradient * gradient;
        var learningRate = _lrDecay == 0 ? step.LearningRate : step.LearningRate / (1 + (step.Count - 1) * _lrDecay);
        return step.Parameter - step.Scalar(learningRate) * gradient / (sum.Next.Sqrt() + _eps);
    }
}
