using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>
/// A running mean of the parameters, decay · mean + (1 - decay) · parameter after every update, which begins with their initial
/// values. It often does better than the parameters themselves.
/// </summary>
public sealed record WeightAverage
{
    /// <param name="decay">Share of the mean that is kept, in [0, 1).</param>
    /// <param name="warmUp">Whether the decay of the n-th update is at most (1 + n) / (10 + n), so that a young mean follows faster.</param>
    /// <exception cref="GraphException">The decay is out of range.</exception>
    public WeightAverage(double decay = 0.999, bool warmUp = false)
    {
        if (decay is not (>= 0 and < 1))
            throw new GraphException(ErrorCode.BadAttribute, $"WeightAverage: decay must lie in [0, 1) but is {decay}.");
        (Decay, WarmUp) = (decay, warmUp);
    }

    public double Decay { get; }

    public bool WarmUp { get; }
}
