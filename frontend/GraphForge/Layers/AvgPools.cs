using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>Mean of each window: [N, C, L] → [N, C, L'].</summary>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="stride">Distance between windows; the kernel size unless given.</param>
/// <param name="padding">Zeros around the input, at most half the kernel size.</param>
/// <param name="ceilMode">Whether a last window counts that starts within the input but does not fit whole.</param>
/// <param name="countIncludePad">Whether a mean counts the zeros of the padding.</param>
/// <exception cref="GraphException">A setting is out of range.</exception>
public sealed class AvgPool1d(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false, bool countIncludePad = true)
    : AvgPoolLayer([kernelSize], [stride ?? kernelSize], [padding], ceilMode, countIncludePad, null);

/// <summary>Mean of each window: [N, C, H, W] → [N, C, H', W'].</summary>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="stride">Distance between windows; the kernel size unless given.</param>
/// <param name="padding">Zeros around the input, at most half the kernel size.</param>
/// <param name="ceilMode">Whether a last window counts that starts within the input but does not fit whole.</param>
/// <param name="countIncludePad">Whether a mean counts the zeros of the padding.</param>
/// <param name="divisorOverride">Divides every sum in place of the number of elements.</param>
/// <exception cref="GraphException">A setting is out of range.</exception>
public sealed class AvgPool2d(Size2d kernelSize, Size2d? stride = null, Size2d padding = default, bool ceilMode = false,
    bool countIncludePad = true, int? divisorOverride = null)
    : AvgPoolLayer(kernelSize.Extents, (stride ?? kernelSize).Extents, padding.Extents, ceilMode, countIncludePad, divisorOverride);

/// <summary>Mean of each window: [N, C, D, H, W] → [N, C, D', H', W'].</summary>
/// <inheritdoc cref="AvgPool2d"/>
public sealed class AvgPool3d(Size3d kernelSize, Size3d? stride = null, Size3d padding = default, bool ceilMode = false,
    bool countIncludePad = true, int? divisorOverride = null)
    : AvgPoolLayer(kernelSize.Extents, (stride ?? kernelSize).Extents, padding.Extents, ceilMode, countIncludePad, divisorOverride);

/// <summary>What average pools of any number of axes share.</summary>
public abstract class AvgPoolLayer : PoolLayer
{
    private readonly bool _countIncludePad;
    private readonly int? _divisorOverride;

    private protected AvgPoolLayer(EquatableArray<long> kernelSize, EquatableArray<long> stride, EquatableArray<long> padding,
        bool ceilMode, bool countIncludePad, int? divisorOverride)
        : base(kernelSize, stride, padding, SpatialAxes.Each(kernelSize.Count, 1), ceilMode)
    {
        if (divisorOverride == 0) throw Error(ErrorCode.BadAttribute, "cannot divide by a divisorOverride of 0.");
        (_countIncludePad, _divisorOverride) = (countIncludePad, divisorOverride);
    }

    private protected sealed override Tensor Pool(Tensor input) =>
        Functional.AvgPool(input, Windows, CeilMode, _countIncludePad, _divisorOverride);
}
