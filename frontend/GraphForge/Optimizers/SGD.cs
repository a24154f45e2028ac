using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>Stochastic gradient descent, as torch.optim.SGD computes it.</summary>
public sealed class SGD : Optimizer
{
    private readonly double _momentum;
    private readonly double _dampening;
    private readonly bool _nesterov;

    /// <param name="learningRate">At least 0.</param>
    /// <param name="momentum">Share of the last direction that is kept, at least 0.</param>
    /// <param name="dampening">Share of the gradient that is left out of the direction.</param>
    /// <param name="weightDecay">L2 penalty: this times the parameter is added to the gradient.</param>
    /// <param name="nesterov">Looks ahead along the momentum; needs momentum and no dampening.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public SGD(double learningRate = 1e-3, double momentum = 0, double dampening = 0, double weightDecay = 0,
        bool nesterov = false, bool maximize = false)
        : base(learningRate, weightDecay, maximize)
    {
        if (nesterov && (momentum <= 0 || dampening != 0))
            throw new GraphException(ErrorCode.BadAttribute, "SGD: nesterov needs a momentum above 0 and a dampening of 0.");
        if (!double.IsFinite(dampening))
            throw new GraphException(ErrorCode.BadAttribute, $"SGD: dampening must be a number but is {dampening}.");
        _momentum = NotNegative(momentum, nameof(momentum));
        _dampening = dampening;
        _nesterov = nesterov;
    }

    protected internal override Tensor Update(OptimizerStep step)
    {
        var direction = PenalizedSlope(step);
        if (_momentum != 0) direction = WithMomentum(step, direction);
        return step.Parameter - step.Scalar(step.LearningRate) * direction;
    }

    private Tensor WithMomentum(OptimizerStep step, Tensor gradient)
    {
        var buffer = step.State("momentum_buffer");
        var next = _momentum * buffer.Value + (1 - _dampening) * gradient;
        // The first direction is the whole gradient, dampening or not.
        buffer.Next = _dampening == 0 ? next : Tensor.Where(step.Count <= 1, gradient, next);
        return _nesterov ? gradient + _momentum * buffer.Next : buffer.Next;
    }
}
