using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>Lion (Chen et al. 2023, algorithm 2): the sign of a momentum decides, and weight decay is decoupled.</summary>
public sealed class Lion : Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;

    /// <param name="learningRate">At least 0; every element moves by just this much.</param>
    /// <param name="betas">
    /// Share of the momentum in the direction, and decay of the momentum, each in [0, 1); default 0.9 and 0.99.
    /// </param>
    /// <param name="weightDecay">The parameter shrinks by this times the learning rate.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public Lion(double learningRate = 1e-4, (double First, double Second)? betas = null, double weightDecay = 0, bool maximize = false)
        : base(learningRate, weightDecay, maximize)
    {
        (_beta1, _beta2) = Fractions(betas, (0.9, 0.99));
    }

    protected internal override Tensor Update(OptimizerStep step)
    {
        var gradient = Slope(step);
        var momentum = step.State("exp_avg");
        var direction = (_beta1 * momentum.Value + (1 - _beta1) * gradient).Sign();
        Average(momentum, _beta2, gradient);
        return Decayed(step) - step.Scalar(step.LearningRate) * direction;
    }
}
