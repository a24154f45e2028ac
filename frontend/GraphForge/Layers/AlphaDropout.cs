using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>Dropout for networks of SELU, which keeps mean and variance; see <see cref="Functional.AlphaDropout"/>.</summary>
public sealed class AlphaDropout : Module
{
    private readonly double _p;

    /// <exception cref="GraphException"><paramref name="p"/> is not a probability.</exception>
    public AlphaDropout(double p = 0.5)
    {
        if (p is not (>= 0 and <= 1)) throw Error(ErrorCode.BadAttribute, $"takes a probability in 0..1 but was given {p}.");
        _p = p;
    }

    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return Functional.AlphaDropout(input, _p);
    }
}
