using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>Adadelta (Zeiler 2012), as torch.optim.Adadelta computes it.</summary>
public sealed class Adadelta : Optimizer
{
    private readonly double _rho;
    private readonly double _eps;

    /// <param name="learningRate">At least 0.</param>
    /// <param name="rho">Decay of the running means of squared gradients and squared steps, in [0, 1).</param>
    /// <param name="eps">Added under both roots.</param>
    /// <param name="weightDecay">L2 penalty: this times the parameter is added to the gradient.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public Adadelta(double learningRate = 1, double rho = 0.9, double eps = 1e-6, double weightDecay = 0, bool maximize = false)
        : base(learningRate, weightDecay, maximize)
    {
        _rho = Fraction(rho, nameof(rho));
        _eps = NotNegative(eps, nameof(eps));
    }

    protected internal override Tensor Update(OptimizerStep step)
    {
        var gradient = PenalizedSlope(step);
        var (square, moved) = (step.State("square_avg"), step.State("acc_delta"));
        Average(square, _rho, gradient * gradient);
        var delta = (moved.Value + _eps).Sqrt() / (square.Next + _eps).Sqrt() * gradient;
        Average(moved, _rho, delta * delta);
        return step.Parameter - step.Scalar(step.LearningRate) * delta;
    }
}
