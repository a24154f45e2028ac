using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019), as torch.optim.AdamW computes it.</summary>
/// <param name="learningRate">At least 0.</param>
/// <param name="betas">Decay of the running means of the gradient and of its square, each in [0, 1); default 0.9 and 0.999.</param>
/// <param name="eps">Added to the divisor.</param>
/// <param name="weightDecay">The parameter shrinks by this times the learning rate.</param>
/// <param name="amsgrad">Whether the mean square never shrinks.</param>
/// <param name="maximize">Whether the loss is to grow.</param>
/// <exception cref="GraphException">A setting is out of range.</exception>
public sealed class AdamW(
    double learningRate = 1e-3, (double First, double Second)? betas = null, double eps = 1e-8, double weightDecay = 1e-2,
    bool amsgrad = false, bool maximize = false)
    : AdamBase(learningRate, betas, eps, weightDecay, amsgrad, maximize)
{
    protected internal override Tensor Update(OptimizerStep step) => Moved(step, Decayed(step), Slope(step));
}
