using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>Adam whose first steps are plain momentum (Liu et al. 2020), as torch.optim.RAdam computes it.</summary>
public sealed class RAdam : MomentOptimizer
{
    /// <param name="learningRate">At least 0.</param>
    /// <param name="betas">Decay of the running means of the gradient and of its square, each in [0, 1); default 0.9 and 0.999.</param>
    /// <param name="eps">Added to the divisor.</param>
    /// <param name="weightDecay">L2 penalty: this times the parameter is added to the gradient.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public RAdam(double learningRate = 1e-3, (double First, double Second)? betas = null, double eps = 1e-8,
        double weightDecay = 0, bool maximize = false)
        : base(learningRate, betas, eps, weightDecay, maximize)
    {
    }

    protected internal override Tensor Update(OptimizerStep step)
    {
        var gradient = PenalizedSlope(step);
        var (mean, square) = (step.State("exp_avg"), step.State("exp_avg_sq"));
        Average(mean, Beta1, gradient);
        Average(square, Beta2, gradient * gradient);
        var (isRectified, rectification) = Rectification(step);
        var adapted = step.Scalar(rectification) / (square.Next.Sqrt() + Eps);
        var stepSize = step.Scalar(step.LearningRate / Correction(step, Beta1));
        return step.Parameter - stepSize * mean.Next * Tensor.Where(isRectified, adapted, 1);
    }

    /// <summary>Whether the mean square has seen enough to be divided by, and the factor of its variance with √(1 - β₂ⁿ).</summary>
    private (Tensor IsRectified, Tensor Factor) Rectification(OptimizerStep step)
    {
        var limit = 2 / (1 - Beta2) - 1;
        var correction = Correction(step, Beta2);
        var length = limit - 2 * step.Count * (1 - correction) / correction;
        var isRectified = length > 5;
        // While not rectified the ratio may be negative: it is not taken, but its root would be NaN.
        var ratio = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length);
        return (isRectified, (Tensor.Where(isRectified, ratio, 0) * correction).Sqrt());
    }
}
