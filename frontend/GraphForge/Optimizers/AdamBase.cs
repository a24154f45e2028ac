namespace GraphForge.Optimizers;

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> share: running means, corrected for starting at zero.</summary>
public abstract class AdamBase : MomentOptimizer
{
    private readonly bool _amsgrad;

    private protected AdamBase(double learningRate, (double First, double Second)? betas, double eps, double weightDecay,
        bool amsgrad, bool maximize)
        : base(learningRate, betas, eps, weightDecay, maximize)
    {
        _amsgrad = amsgrad;
    }

    private protected Tensor Moved(OptimizerStep step, Tensor parameter, Tensor gradient)
    {
        var (mean, square) = (step.State("exp_avg"), step.State("exp_avg_sq"));
        Average(mean, Beta1, gradient);
        Average(square, Beta2, gradient * gradient);
        // Scalars in float64, as 1 - βⁿ cancels; each enters the elementwise update as one float of the parameter's type.
        var stepSize = step.LearningRate / Correction(step, Beta1);
        var squareScale = 1 / Correction(step, Beta2).Sqrt();
        return parameter - step.Scalar(stepSize) * mean.Next / (Bounded(step, square.Next).Sqrt() * step.Scalar(squareScale) + Eps);
    }

    /// <summary>The mean square, or with AMSGrad (Reddi, Kale and Kumar 2018) the largest it has ever been.</summary>
    private Tensor Bounded(OptimizerStep step, Tensor square)
    {
        if (!_amsgrad) return square;
        var largest = step.State("max_exp_avg_sq");
        return largest.Next = largest.Value.Maximum(square);
    }
}
