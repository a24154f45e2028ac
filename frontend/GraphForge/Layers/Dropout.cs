using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>While training, zeroes each element with probability p and divides the others by 1 - p; otherwise changes nothing.</summary>
/// <exception cref="GraphException"><paramref name="p"/> is not a probability.</exception>
public sealed class Dropout(double p = 0.5) : DropoutLayer(p)
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return input.Dropout(P);
    }
}
