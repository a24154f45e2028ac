using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>
/// Adam with Nesterov momentum (Dozat 2016), as the documentation of torch.optim.NAdam defines it. (PyTorch 1.10 to 1.13
/// multiplied one momentum too many into the product; later versions follow the paper, as does this.)
/// </summary>
public sealed class NAdam : MomentOptimizer
{
    private readonly double _momentumDecay;

    /// <param name="learningRate">At least 0.</param>
    /// <param name="betas">Decay of the running means of the gradient and of its square, each in [0, 1); default 0.9 and 0.999.</param>
    /// <param name="eps">Added to the divisor.</param>
    /// <param name="weightDecay">L2 penalty: this times the parameter is added to the gradient.</param>
    /// <param name="momentumDecay">How fast the momentum grows towards its full size.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public NAdam(double learningRate = 2e-3, (double First, double Second)? betas = null, double eps = 1e-8,
        double weightDecay = 0, double momentumDecay = 4e-3, bool maximize = false)
        : base(learningRate, betas, eps, weightDecay, maximize)
    {
        _momentumDecay = NotNegative(momentumDecay, nameof(momentumDecay));
    }

    protected internal override Tensor Update(OptimizerStep step)
    {
        var gradient = PenalizedSlope(step);
        var (mean, square) = (step.State("exp_avg"), step.State("exp_avg_sq"));
        Average(mean, Beta1, gradient);
        Average(square, Beta2, gradient * gradient);
        var (momentum, following) = (Momentum(step.Count), Momentum(step.Count + 1));
        var product = step.Shared("mu_product", initial: 1);
        product.Next = product.Value * momentum;
        var gradientScale = step.LearningRate * (1 - momentum) / (1 - product.Next);
        var meanScale = step.LearningRate * following / (1 - product.Next * following);
        var direction = step.Scalar(gradientScale) * gradient + step.Scalar(meanScale) * mean.Next;
        var squareScale = 1 / Correction(step, Beta2).Sqrt();
        return step.Parameter - direction / (square.Next.Sqrt() * step.Scalar(squareScale) + Eps);
    }

    /// <summary>β₁ · (1 - 0.96^(n · momentumDecay) / 2).</summary>
    private Tensor Momentum(Tensor count) =>
        Beta1 * (1 - 0.5 * ((Tensor)0.96).To(count.DType).Pow(count * _momentumDecay));
}
