namespace GraphForge.Optimizers;

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> share: running means, corrected for starting at zero.</summary>
public abstract class AdamBase : Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _eps;
    private readonly bool _amsgrad;

    private protected AdamBase(double learningRate, (double First, double Second)? betas, double eps, double weightDecay,
        bool amsgrad, bool maximize)
        : base(learningRate, weightDecay, maximize)
    {
        (_beta1, _beta2) = Fractions(betas, (0.9, 0.999));
        _eps = NotNegative(eps, nameof(eps));
        _amsgrad = amsgrad;
    }

    private protected Tensor Moved(OptimizerStep step, Tensor parameter, Tensor gradient)
    {
        var (mean, square) = (step.State("exp_avg"), step.State("exp_avg_sq"));
        Average(mean, _beta1, gradient);
        Average(square, _beta2, gradient * gradient);
        // Scalars in float64, as 1 - βⁿ cancels; each enters the elementwise update as one float of the parameter's type.
        var stepSize = step.LearningRate / Correction(step, _beta1);
        var squareScale = 1 / Correction(step, _beta2).Sqrt();
        return parameter - step.Scalar(stepSize) * mean.Next / (Bounded(step, square.Next).Sqrt() * step.Scalar(squareScale) + _eps);
    }

    /// <summary>The mean square, or with AMSGrad (Reddi, Kale and Kumar 2018) the largest it has ever been.</summary>
    private Tensor Bounded(OptimizerStep step, Tensor square)
    {
        if (!_amsgrad) return square;
        var largest = step.State("max_exp_avg_sq");
        return largest.Next = largest.Value.Maximum(square);
    }
}
