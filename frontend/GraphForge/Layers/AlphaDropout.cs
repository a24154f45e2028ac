using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>Dropout for networks of SELU, which keeps mean and variance; see <see cref="Functional.AlphaDropout"/>.</summary>
/// <exception cref="GraphException"><paramref name="p"/> is not a probability.</exception>
public sealed class AlphaDropout(double p = 0.5) : DropoutLayer(p)
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return Functional.AlphaDropout(input, P);
    }
}
