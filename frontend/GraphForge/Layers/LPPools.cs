using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>(Σ x^normType)^(1 / normType) over each window: [N, C, L] → [N, C, L'].</summary>
/// <param name="normType">The power; 1 sums, and large ones approach the maximum.</param>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="stride">Distance between windows; the kernel size unless given.</param>
/// <param name="ceilMode">Whether a last window counts that starts within the input but does not fit whole.</param>
/// <exception cref="GraphException">A setting is out of range.</exception>
public sealed class LPPool1d(double normType, int kernelSize, int? stride = null, bool ceilMode = false)
    : LPPoolLayer(normType, [kernelSize], [stride ?? kernelSize], ceilMode);

/// <summary>(Σ x^normType)^(1 / normType) over each window: [N, C, H, W] → [N, C, H', W'].</summary>
/// <inheritdoc cref="LPPool1d"/>
public sealed class LPPool2d(double normType, Size2d kernelSize, Size2d? stride = null, bool ceilMode = false)
    : LPPoolLayer(normType, kernelSize.Extents, (stride ?? kernelSize).Extents, ceilMode);

/// <summary>What power-mean pools of any number of axes share.</summary>
public abstract class LPPoolLayer : PoolLayer
{
    private readonly double _normType;

    private protected LPPoolLayer(double normType, EquatableArray<long> kernelSize, EquatableArray<long> stride, bool ceilMode)
        : base(kernelSize, stride, SpatialAxes.Each(kernelSize.Count, 0), SpatialAxes.Each(kernelSize.Count, 1), ceilMode)
    {
        if (!(double.IsFinite(normType) && normType > 0))
            throw Error(ErrorCode.BadAttribute, $"needs a positive normType but was given {normType}.");
        _normType = normType;
    }

    private protected sealed override Tensor Pool(Tensor input) => Functional.LPPool(input, _normType, Windows, CeilMode);
}
