using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>RMSprop (Hinton 2012; centered: Graves 2013), as torch.optim.RMSprop computes it.</summary>
public sealed class RMSprop : Optimizer
{
    private readonly double _alpha;
    private readonly double _eps;
    private readonly double _momentum;
    private readonly bool _centered;

    /// <param name="learningRate">At least 0.</param>
    /// <param name="alpha">Decay of the running mean of the squared gradient, in [0, 1].</param>
    /// <param name="eps">Added to the divisor.</param>
    /// <param name="weightDecay">L2 penalty: this times the parameter is added to the gradient.</param>
    /// <param name="momentum">Share of the last direction that is kept, at least 0.</param>
    /// <param name="centered">Whether to divide by the gradient's deviation in place of its size.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public RMSprop(double learningRate = 1e-2, double alpha = 0.99, double eps = 1e-8, double weightDecay = 0,
        double momentum = 0, bool centered = false, bool maximize = false)
        : base(learningRate, weightDecay, maximize)
    {
        if (alpha is not (>= 0 and <= 1))
            throw new GraphException(ErrorCode.BadAttribute, $"RMSprop: alpha must lie in [0, 1] but is {alpha}.");
        _alpha = alpha;
        _eps = NotNegative(eps, nameof(eps));
        _momentum = NotNegative(momentum, nameof(momentum));
        _centered = centered;
    }

    protected internal override Tensor Update(OptimizerStep step)
    {
        var gradient = PenalizedSlope(step);
        var square = step.State("square_avg");
        Average(square, _alpha, gradient * gradient);
        var direction = gradient / (Spread(step, gradient, square.Next).Sqrt() + _eps);
        if (_momentum != 0)
        {
            var buffer = step.State("momentum_buffer");
            direction = buffer.Next = _momentum * buffer.Value + direction;
        }
        return step.Parameter - step.Scalar(step.LearningRate) * direction;
    }

    /// <summary>Mean square, or variance.</summary>
    private Tensor Spread(OptimizerStep step, Tensor gradient, Tensor square)
    {
        if (!_centered) return square;
        var mean = step.State("grad_avg");
        Average(mean, _alpha, gradient);
        return square - mean.Next * mean.Next;
    }
}
