namespace GraphForge.Layers;

/// <summary>Rotates queries or keys by their positions; see <see cref="Functional.RotaryEmbedding"/>.</summary>
/// <param name="theta">The base of the wavelengths.</param>
/// <param name="layout">Which features make a pair.</param>
public sealed class RotaryEmbedding(double theta = 10_000, RotaryLayout layout = RotaryLayout.Halves) : Module
{
    /// <summary>[..., L, E] with E even, from position 0 on.</summary>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <summary>The same from position <paramref name="offset"/> on, an integer.</summary>
    public Tensor Forward(Tensor input, Tensor? offset)
    {
        using var scope = Enter();
        return Functional.RotaryEmbedding(input, offset, theta, layout);
    }
}
