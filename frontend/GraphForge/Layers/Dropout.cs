using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>While training, zeroes each element with probability p and divides the others by 1 - p; otherwise changes nothing.</summary>
public sealed class Dropout : Module
{
    private readonly double _p;

    /// <exception cref="GraphException"><paramref name="p"/> is not a probability.</exception>
    public Dropout(double p = 0.5)
    {
        if (p is not (>= 0 and <= 1)) throw Error(ErrorCode.BadAttribute, $"takes a probability in 0..1 but was given {p}.");
        _p = p;
    }

    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return input.Dropout(_p);
    }
}
