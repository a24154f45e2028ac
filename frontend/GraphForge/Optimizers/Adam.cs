using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>Adam (Kingma and Ba 2015), as torch.optim.Adam computes it: weight decay is an L2 penalty on the loss.</summary>
/// <param name="learningRate">At least 0.</param>
/// <param name="betas">Decay of the running means of the gradient and of its square, each in [0, 1); default 0.9 and 0.999.</param>
/// <param name="eps">Added to the divisor.</param>
/// <param name="weightDecay">This times the parameter is added to the gradient.</param>
/// <exception cref="GraphException">A setting is out of range.</exception>
public sealed class Adam(
    double learningRate = 1e-3, (double First, double Second)? betas = null, double eps = 1e-8, double weightDecay = 0)
    : AdamBase(learningRate, betas, eps, weightDecay)
{
    protected internal override Tensor Update(OptimizerStep step) => Moved(step, step.Parameter,
        WeightDecay == 0 ? step.Gradient : step.Gradient + WeightDecay * step.Parameter);
}

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019), as torch.optim.AdamW computes it.</summary>
/// <param name="learningRate">At least 0.</param>
/// <param name="betas">Decay of the running means of the gradient and of its square, each in [0, 1); default 0.9 and 0.999.</param>
/// <param name="eps">Added to the divisor.</param>
/// <param name="weightDecay">The parameter shrinks by this times the learning rate.</param>
/// <exception cref="GraphException">A setting is out of range.</exception>
public sealed class AdamW(
    double learningRate = 1e-3, (double First, double Second)? betas = null, double eps = 1e-8, double weightDecay = 1e-2)
    : AdamBase(learningRate, betas, eps, weightDecay)
{
    protected internal override Tensor Update(OptimizerStep step) => Moved(step,
        WeightDecay == 0 ? step.Parameter : step.Parameter * step.Scalar(1 - step.LearningRate * WeightDecay),
        step.Gradient);
}

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> share: running means, corrected for starting at zero.</summary>
public abstract class AdamBase : Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _eps;

    private protected AdamBase(double learningRate, (double First, double Second)? betas, double eps, double weightDecay)
        : base(learningRate)
    {
        var (first, second) = betas ?? (0.9, 0.999);
        _beta1 = Fraction(first, "betas.First");
        _beta2 = Fraction(second, "betas.Second");
        _eps = NotNegative(eps, nameof(eps));
        WeightDecay = NotNegative(weightDecay, nameof(weightDecay));
    }

    private protected double WeightDecay { get; }

    private protected Tensor Moved(OptimizerStep step, Tensor parameter, Tensor gradient)
    {
        var (mean, square) = (step.State("exp_avg"), step.State("exp_avg_sq"));
        mean.Next = _beta1 * mean.Value + (1 - _beta1) * gradient;
        square.Next = _beta2 * square.Value + (1 - _beta2) * gradient * gradient;
        // Scalars in float64, as 1 - βⁿ cancels; each enters the elementwise update as one float of the parameter's type.
        var stepSize = step.LearningRate / (1 - ((Tensor)_beta1).To(step.Count.DType).Pow(step.Count));
        var squareScale = 1 / (1 - ((Tensor)_beta2).To(step.Count.DType).Pow(step.Count)).Sqrt();
        return parameter - step.Scalar(stepSize) * mean.Next / (square.Next.Sqrt() * step.Scalar(squareScale) + _eps);
    }
}
