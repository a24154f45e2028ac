using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>Means of as many windows as asked for: [N, C, L] → [N, C, outputSize]; 1 pools everything.</summary>
/// <param name="outputSize">Number of windows.</param>
/// <exception cref="GraphException">The output size is less than 1.</exception>
public sealed class AdaptiveAvgPool1d(int outputSize) : AdaptivePoolLayer([outputSize], Functional.AdaptiveAvgPool);

/// <summary>Means of as many windows as asked for: [N, C, H, W] → [N, C, H', W'].</summary>
/// <inheritdoc cref="AdaptiveAvgPool1d"/>
public sealed class AdaptiveAvgPool2d(Size2d outputSize) : AdaptivePoolLayer(outputSize.Extents, Functional.AdaptiveAvgPool);

/// <summary>Means of as many windows as asked for: [N, C, D, H, W] → [N, C, D', H', W'].</summary>
/// <inheritdoc cref="AdaptiveAvgPool1d"/>
public sealed class AdaptiveAvgPool3d(Size3d outputSize) : AdaptivePoolLayer(outputSize.Extents, Functional.AdaptiveAvgPool);

/// <summary>Maxima of as many windows as asked for: [N, C, L] → [N, C, outputSize]; 1 pools everything.</summary>
/// <inheritdoc cref="AdaptiveAvgPool1d"/>
public sealed class AdaptiveMaxPool1d(int outputSize) : AdaptivePoolLayer([outputSize], Functional.AdaptiveMaxPool);

/// <summary>Maxima of as many windows as asked for: [N, C, H, W] → [N, C, H', W'].</summary>
/// <inheritdoc cref="AdaptiveAvgPool1d"/>
public sealed class AdaptiveMaxPool2d(Size2d outputSize) : AdaptivePoolLayer(outputSize.Extents, Functional.AdaptiveMaxPool);

/// <summary>Maxima of as many windows as asked for: [N, C, D, H, W] → [N, C, D', H', W'].</summary>
/// <inheritdoc cref="AdaptiveAvgPool1d"/>
public sealed class AdaptiveMaxPool3d(Size3d outputSize) : AdaptivePoolLayer(outputSize.Extents, Functional.AdaptiveMaxPool);

/// <summary>What adaptive pools share.</summary>
public abstract class AdaptivePoolLayer : Module
{
    private readonly EquatableArray<long> _outputSize;
    private readonly Func<Tensor, EquatableArray<long>, Tensor> _pool;

    private protected AdaptivePoolLayer(EquatableArray<long> outputSize, Func<Tensor, EquatableArray<long>, Tensor> pool)
    {
        if (outputSize.Any(o => o < 1))
            throw Error(ErrorCode.BadAttribute, $"needs an outputSize of at least 1 but was given {SpatialAxes.Text(outputSize)}.");
        (_outputSize, _pool) = (outputSize, pool);
    }

    public sealed override Tensor Forward(Tensor input)
    {
        var spatialRank = _outputSize.Count;
        if (input.Rank != spatialRank + 2)
            throw Error(ErrorCode.ShapeMismatch, $"takes {SpatialAxes.Layout(spatialRank, "C")} but was given {input.Shape}; " +
                $"reshape the input to a batch of {SpatialAxes.Samples(spatialRank)} with channels.");
        if (input.Shape.Skip(2).Any(e => !e.IsBound || e.Is(0)))
            throw Error(ErrorCode.ShapeMismatch, $"needs spatial extents that are known and not 0 but was given {input.Shape}.");
        using var scope = Enter();
        return _pool(input, _outputSize);
    }
}
