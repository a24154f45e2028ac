using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>
/// Pools over one, two and three trailing axes. The stride is the kernel size unless given. Windows that do not fit whole are
/// dropped, or with ceilMode kept where they start within the input or the padding before it.
/// </content>
public static partial class Functional
{
    /// <summary>Largest element of each window over the last axis; padding never wins.</summary>
    /// <exception cref="GraphException">The input does not fit the windows.</exception>
    public static Tensor MaxPool1d(Tensor input, int kernelSize, int? stride = null, int padding = 0, int dilation = 1,
        bool ceilMode = false) =>
        MaxPool(input, Windows([kernelSize], [stride ?? kernelSize], [padding], [dilation]), ceilMode);

    /// <summary>Largest element of each window over the last two axes; padding never wins.</summary>
    /// <exception cref="GraphException">The input does not fit the windows.</exception>
    public static Tensor MaxPool2d(Tensor input, Size2d kernelSize, Size2d? stride = null, Size2d padding = default,
        Size2d? dilation = null, bool ceilMode = false) =>
        MaxPool(input, Windows(kernelSize.Extents, (stride ?? kernelSize).Extents, padding.Extents, (dilation ?? 1).Extents), ceilMode);

    /// <summary>Largest element of each window over the last three axes; padding never wins.</summary>
    /// <exception cref="GraphException">The input does not fit the windows.</exception>
    public static Tensor MaxPool3d(Tensor input, Size3d kernelSize, Size3d? stride = null, Size3d padding = default,
        Size3d? dilation = null, bool ceilMode = false) =>
        MaxPool(input, Windows(kernelSize.Extents, (stride ?? kernelSize).Extents, padding.Extents, (dilation ?? 1).Extents), ceilMode);

    /// <summary>
    /// <see cref="MaxPool2d"/>, and where in its image (row-major over the last two axes, int64) each maximum stands.
    /// </summary>
    /// <exception cref="GraphException">The input does not fit the windows.</exception>
    public static (Tensor Output, Tensor Indices) MaxPool2dWithIndices(Tensor input, Size2d kernelSize, Size2d? stride = null,
        Size2d padding = default, Size2d? dilation = null, bool ceilMode = false)
    {
        var windows = Covering(input, ceilMode,
            Windows(kernelSize.Extents, (stride ?? kernelSize).Extents, padding.Extents, (dilation ?? 1).Extents));
        var offset = new Tensor(Node.Of(new WindowArgMaximum(windows), input.Node)).To(DType.Int64);
        // An offset is a row-major position in its window; integers divide by way of the remainder.
        var column = offset % windows.Kernel[1];
        var row = new Tensor((offset - column).Node / windows.Kernel[1]);
        var indices = Element(row, windows, axis: 0) * Tensor.SizeOf(input.Shape[^1]) + Element(column, windows, axis: 1);
        return (MaxPool(input, windows, ceilMode: false), indices);
    }

    /// <summary>Mean of each window over the last axis; see <see cref="AvgPool2d"/>.</summary>
    /// <exception cref="GraphException">The input does not fit the windows.</exception>
    public static Tensor AvgPool1d(Tensor input, int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false,
        bool countIncludePad = true) =>
        AvgPool(input, Windows([kernelSize], [stride ?? kernelSize], [padding]), ceilMode, countIncludePad, null);

    /// <summary>
    /// Mean of each window over the last two axes. Padding counts as zeros, or not at all without
    /// <paramref name="countIncludePad"/>; a <paramref name="divisorOverride"/> divides every sum in place of the count.
    /// </summary>
    /// <exception cref="GraphException">The input does not fit the windows.</exception>
    public static Tensor AvgPool2d(Tensor input, Size2d kernelSize, Size2d? stride = null, Size2d padding = default,
        bool ceilMode = false, bool countIncludePad = true, int? divisorOverride = null) => AvgPool(input,
        Windows(kernelSize.Extents, (stride ?? kernelSize).Extents, padding.Extents), ceilMode, countIncludePad, divisorOverride);

    /// <summary>Mean of each window over the last three axes; see <see cref="AvgPool2d"/>.</summary>
    /// <exception cref="GraphException">The input does not fit the windows.</exception>
    public static Tensor AvgPool3d(Tensor input, Size3d kernelSize, Size3d? stride = null, Size3d padding = default,
        bool ceilMode = false, bool countIncludePad = true, int? divisorOverride = null) => AvgPool(input,
        Windows(kernelSize.Extents, (stride ?? kernelSize).Extents, padding.Extents), ceilMode, countIncludePad, divisorOverride);

    /// <summary>(Σ x^normType)^(1 / normType) over each window of the last axis; NaN where the sum is negative.</summary>
    /// <exception cref="GraphException">The input does not fit the windows.</exception>
    public static Tensor LPPool1d(Tensor input, double normType, int kernelSize, int? stride = null, bool ceilMode = false) =>
        LPPool(input, normType, Windows([kernelSize], [stride ?? kernelSize], [0]), ceilMode);

    /// <summary>(Σ x^normType)^(1 / normType) over each window of the last two axes; NaN where the sum is negative.</summary>
    /// <exception cref="GraphException">The input does not fit the windows.</exception>
    public static Tensor LPPool2d(
        Tensor input, double normType, Size2d kernelSize, Size2d? stride = null, bool ceilMode = false) =>
        LPPool(input, normType, Windows(kernelSize.Extents, (stride ?? kernelSize).Extents, [0, 0]), ceilMode);

    internal static Tensor MaxPool(Tensor input, WindowGeometry windows, bool ceilMode) =>
        new(Node.Of(new WindowMaximum(Covering(input, ceilMode, windows)), input.Node));

    internal static Tensor AvgPool(
        Tensor input, WindowGeometry windows, bool ceilMode, bool countIncludePad, int? divisorOverride)
    {
        if (!input.DType.IsFloat())
            throw new GraphException(ErrorCode.WrongDType, $"an average pool takes floats, got {input.Node.Type}; cast the input.");
        if (divisorOverride == 0)
            throw new GraphException(ErrorCode.BadAttribute, "an average pool cannot divide by a divisorOverride of 0.");
        var covering = Covering(input, ceilMode, windows);
        return input.RoundedOnce(x => Means(x, windows, covering, countIncludePad, divisorOverride));
    }

    private static Tensor Means(
        Tensor input, WindowGeometry windows, WindowGeometry covering, bool countIncludePad, int? divisorOverride)
    {
        var sums = new Tensor(Node.Of(new WindowSum(covering), input.Node));
        if (divisorOverride is { } divisor) return sums / divisor;
        var isEven = countIncludePad && covering == windows || covering.PadLow.Concat(covering.PadHigh).All(p => p == 0);
        if (isEven) return sums / windows.Positions;
        // The count of a window is the product of its counts along the axes, each of which has the shape [windows, 1, …].
        var counts = Enumerable.Range(0, windows.Rank).Select(axis => SpatialAxes.PerChannel(
            Counts(windows, axis, input.Shape[axis - windows.Rank + input.Rank], sums.Shape[axis - windows.Rank + sums.Rank],
                countIncludePad), windows.Rank - 1 - axis));
        return sums / counts.Aggregate((a, b) => a * b).To(input.DType);
    }

    internal static Tensor LPPool(Tensor input, double normType, WindowGeometry windows, bool ceilMode)
    {
        // As a mean times the size of a whole window, which is how PyTorch counts the windows of ceilMode that are cut off.
        return input.RoundedOnce(x =>
            (AvgPool(x.Pow(normType), windows, ceilMode, countIncludePad: true, null) * windows.Positions).Pow(1 / normType));
    }

    private static WindowGeometry Windows(EquatableArray<long> kernel, EquatableArray<long> stride, EquatableArray<long> padding,
        EquatableArray<long>? dilation = null)
    {
        // More padding would make windows of nothing but padding.
        if (kernel.Zip(padding).Any(axis => 2 * axis.Second > axis.First))
            throw new GraphException(ErrorCode.BadAttribute, "a pool needs a padding of at most half its kernelSize " +
                $"{SpatialAxes.Text(kernel)}, got {SpatialAxes.Text(padding)}.");
        return new(kernel, stride, padding, padding, dilation ?? SpatialAxes.Each(kernel.Count, 1));
    }

    /// <summary>
    /// The windows with more padding at the end where <paramref name="ceilMode"/> asks for a last one that does not fit whole.
    /// It must start within the input or the padding before it.
    /// </summary>
    private static WindowGeometry Covering(Tensor input, bool ceilMode, WindowGeometry windows)
    {
        if (!ceilMode || input.Rank < windows.Rank || windows.Stride.Any(s => s < 1)) return windows;
        var high = windows.PadHigh.Select((padding, axis) =>
        {
            var extent = input.Shape[input.Rank - windows.Rank + axis];
            if (!extent.IsBound) return padding;
            var stride = windows.Stride[axis];
            var start = (extent.Value + windows.PadLow[axis] + padding - windows.Reach(axis) + stride - 1) / stride * stride;
            if (start >= extent.Value + windows.PadLow[axis]) start -= stride;
            return Math.Max(padding, start + windows.Reach(axis) - extent.Value - windows.PadLow[axis]);
        });
        return windows with { PadHigh = high.ToEquatable() };
    }

    /// <summary>How many positions of each window along an axis count: those in the input, or in its padding too.</summary>
    private static Tensor Counts(WindowGeometry windows, int axis, Dim extent, Dim count, bool countIncludePad)
    {
        var (low, high) = countIncludePad ? (windows.PadLow[axis], windows.PadHigh[axis]) : (0, 0);
        var start = Tensor.Arange(count) * windows.Stride[axis] - windows.PadLow[axis];
        var end = (start + windows.Kernel[axis]).Minimum(Tensor.SizeOf(extent + high));
        return end - start.Maximum(-low);
    }

    /// <summary>The element along an axis at a position of each window, as int64.</summary>
    private static Tensor Element(Tensor position, WindowGeometry windows, int axis)
    {
        var trailing = windows.Rank - 1 - axis;
        var first = Tensor.Arange(position.Shape[^(trailing + 1)]) * windows.Stride[axis] - windows.PadLow[axis];
        return position * windows.Dilation[axis] + SpatialAxes.PerChannel(first, trailing);
    }
}
