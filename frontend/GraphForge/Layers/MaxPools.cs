using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>Largest element of each window: [N, C, L] → [N, C, L'].</summary>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="stride">Distance between windows; the kernel size unless given.</param>
/// <param name="padding">Positions around the input that never win, at most half the kernel size.</param>
/// <param name="dilation">Distance between the positions of one window.</param>
/// <param name="ceilMode">Whether a last window counts that starts within the input but does not fit whole.</param>
/// <exception cref="GraphException">A setting is out of range.</exception>
public sealed class MaxPool1d(int kernelSize, int? stride = null, int padding = 0, int dilation = 1, bool ceilMode = false)
    : MaxPoolLayer([kernelSize], [stride ?? kernelSize], [padding], [dilation], ceilMode);

/// <summary>Largest element of each window: [N, C, H, W] → [N, C, H', W'].</summary>
/// <inheritdoc cref="MaxPool1d"/>
public sealed class MaxPool2d(
    Size2d kernelSize, Size2d? stride = null, Size2d padding = default, Size2d? dilation = null, bool ceilMode = false)
    : MaxPoolLayer(kernelSize.Extents, (stride ?? kernelSize).Extents, padding.Extents, (dilation ?? 1).Extents, ceilMode);

/// <summary>Largest element of each window: [N, C, D, H, W] → [N, C, D', H', W'].</summary>
/// <inheritdoc cref="MaxPool1d"/>
public sealed class MaxPool3d(
    Size3d kernelSize, Size3d? stride = null, Size3d padding = default, Size3d? dilation = null, bool ceilMode = false)
    : MaxPoolLayer(kernelSize.Extents, (stride ?? kernelSize).Extents, padding.Extents, (dilation ?? 1).Extents, ceilMode);

/// <summary>What maximum pools of any number of axes share.</summary>
public abstract class MaxPoolLayer : PoolLayer
{
    private protected MaxPoolLayer(EquatableArray<long> kernelSize, EquatableArray<long> stride, EquatableArray<long> padding,
        EquatableArray<long> dilation, bool ceilMode) : base(kernelSize, stride, padding, dilation, ceilMode) { }

    private protected sealed override Tensor Pool(Tensor input) => Functional.MaxPool(input, Windows, CeilMode);
}
