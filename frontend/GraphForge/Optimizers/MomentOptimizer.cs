using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>What the optimizers that descend from Adam share: the decay of two running figures of the gradient, and a safe divisor.</summary>
public abstract class MomentOptimizer : Optimizer
{
    /// <exception cref="GraphException">A setting is out of range.</exception>
    private protected MomentOptimizer(
        double learningRate, (double First, double Second)? betas, double eps, double weightDecay, bool maximize)
        : base(learningRate, weightDecay, maximize)
    {
        (Beta1, Beta2) = Fractions(betas, (0.9, 0.999));
        Eps = NotNegative(eps, nameof(eps));
    }

    /// <summary>Decay of the mean gradient.</summary>
    private protected double Beta1 { get; }

    /// <summary>Decay of the gradient's size.</summary>
    private protected double Beta2 { get; }

    /// <summary>Added to divisors.</summary>
    private protected double Eps { get; }
}
