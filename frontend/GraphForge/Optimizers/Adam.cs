using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>Adam (Kingma and Ba 2015), as torch.optim.Adam computes it: weight decay is an L2 penalty on the loss.</summary>
/// <param name="learningRate">At least 0.</param>
/// <param name="betas">Decay of the running means of the gradient and of its square, each in [0, 1); default 0.9 and 0.999.</param>
/// <param name="eps">Added to the divisor.</param>
/// <param name="weightDecay">This times the parameter is added to the gradient.</param>
/// <param name="amsgrad">Whether the mean square never shrinks.</param>
/// <param name="maximize">Whether the loss is to grow.</param>
/// <exception cref="GraphException">A setting is out of range.</exception>
public sealed class Adam(
    double learningRate = 1e-3, (double First, double Second)? betas = null, double eps = 1e-8, double weightDecay = 0,
    bool amsgrad = false, bool maximize = false)
    : AdamBase(learningRate, betas, eps, weightDecay, amsgrad, maximize)
{
    protected internal override Tensor Update(OptimizerStep step) => Moved(step, step.Parameter, PenalizedSlope(step));
}
