using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>Adamax, Adam by the largest gradient (Kingma and Ba 2015), as torch.optim.Adamax computes it.</summary>
public sealed class Adamax : MomentOptimizer
{
    /// <param name="learningRate">At least 0.</param>
    /// <param name="betas">Decay of the mean gradient and of the largest one, each in [0, 1); default 0.9 and 0.999.</param>
    /// <param name="eps">Added to the size of each gradient.</param>
    /// <param name="weightDecay">L2 penalty: this times the parameter is added to the gradient.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public Adamax(double learningRate = 2e-3, (double First, double Second)? betas = null, double eps = 1e-8,
        double weightDecay = 0, bool maximize = false)
        : base(learningRate, betas, eps, weightDecay, maximize)
    {
    }

    protected internal override Tensor Update(OptimizerStep step)
    {
        var gradient = PenalizedSlope(step);
        var (mean, largest) = (step.State("exp_avg"), step.State("exp_inf"));
        Average(mean, Beta1, gradient);
        largest.Next = (Beta2 * largest.Value).Maximum(gradient.Abs() + Eps);
        return step.Parameter - step.Scalar(step.LearningRate / Correction(step, Beta1)) * mean.Next / largest.Next;
    }
}
