using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>While training, zeroes whole channels of [N, C, L] with probability p and divides the others by 1 - p.</summary>
/// <param name="p">Probability of a channel to become zero.</param>
/// <exception cref="GraphException"><paramref name="p"/> is not a probability.</exception>
public sealed class Dropout1d(double p = 0.5) : ChannelDropout(p, spatialRank: 1, Functional.Dropout1d);

/// <summary>While training, zeroes whole channels of [N, C, H, W] with probability p and divides the others by 1 - p.</summary>
/// <inheritdoc cref="Dropout1d"/>
public sealed class Dropout2d(double p = 0.5) : ChannelDropout(p, spatialRank: 2, Functional.Dropout2d);

/// <summary>While training, zeroes whole channels of [N, C, D, H, W] with probability p and divides the others by 1 - p.</summary>
/// <inheritdoc cref="Dropout1d"/>
public sealed class Dropout3d(double p = 0.5) : ChannelDropout(p, spatialRank: 3, Functional.Dropout3d);

/// <summary>What dropouts of channels share.</summary>
public abstract class ChannelDropout : DropoutLayer
{
    private readonly int _spatialRank;
    private readonly Func<Tensor, double, Tensor> _drop;

    private protected ChannelDropout(double p, int spatialRank, Func<Tensor, double, Tensor> drop) : base(p) =>
        (_spatialRank, _drop) = (spatialRank, drop);

    public sealed override Tensor Forward(Tensor input)
    {
        if (input.Rank != _spatialRank + 2)
            throw Error(ErrorCode.ShapeMismatch, $"takes {SpatialAxes.Layout(_spatialRank, "C")} but was given {input.Shape}; " +
                "use the layer for its number of axes.");
        using var scope = Enter();
        return _drop(input, P);
    }
}
