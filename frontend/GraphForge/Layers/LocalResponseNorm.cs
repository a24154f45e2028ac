using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>Divides by a power of the mean square of neighbouring channels; see <see cref="Functional.LocalResponseNorm"/>.</summary>
public sealed class LocalResponseNorm : Module
{
    private readonly int _size;
    private readonly double _alpha, _beta, _k;

    /// <param name="size">Channels a mean takes in.</param>
    /// <param name="alpha">Factor of the mean.</param>
    /// <param name="beta">The power.</param>
    /// <param name="k">Added to the mean.</param>
    /// <exception cref="GraphException">The size is less than 1.</exception>
    public LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double k = 1)
    {
        if (size < 1) throw Error(ErrorCode.BadAttribute, $"needs a size of at least 1 but was given {size}.");
        (_size, _alpha, _beta, _k) = (size, alpha, beta, k);
    }

    public override Tensor Forward(Tensor input)
    {
        if (input.Rank < 3) throw Error(ErrorCode.ShapeMismatch, $"takes [N, C, …] of at least 3 axes but was given {input.Shape}.");
        using var scope = Enter();
        return Functional.LocalResponseNorm(input, _size, _alpha, _beta, _k);
    }
}
