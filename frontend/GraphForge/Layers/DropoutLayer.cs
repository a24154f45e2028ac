using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>What all dropouts share: a probability.</summary>
public abstract class DropoutLayer : Module
{
    /// <exception cref="GraphException"><paramref name="p"/> is not a probability.</exception>
    private protected DropoutLayer(double p)
    {
        if (p is not (>= 0 and <= 1)) throw Error(ErrorCode.BadAttribute, $"takes a probability in 0..1 but was given {p}.");
        P = p;
    }

    private protected double P { get; }
}
