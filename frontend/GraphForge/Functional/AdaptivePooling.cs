using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>
/// Pools to a given number of windows: window i of an axis goes from ⌊i·extent / outputs⌋ up to ⌈(i + 1)·extent / outputs⌉.
/// With an output size of 1 they pool everything (global pooling).
/// </content>
public static partial class Functional
{
    /// <summary>Means of <paramref name="outputSize"/> windows over the last axis.</summary>
    /// <exception cref="GraphException">An extent is symbolic or 0, or the output size is less than 1.</exception>
    public static Tensor AdaptiveAvgPool1d(Tensor input, int outputSize) => AdaptiveAvgPool(input, [outputSize]);

    /// <summary>Means of as many windows over the last two axes as the output size says.</summary>
    /// <exception cref="GraphException">An extent is symbolic or 0, or the output size is less than 1.</exception>
    public static Tensor AdaptiveAvgPool2d(Tensor input, Size2d outputSize) => AdaptiveAvgPool(input, outputSize.Extents);

    /// <summary>Means of as many windows over the last three axes as the output size says.</summary>
    /// <exception cref="GraphException">An extent is symbolic or 0, or the output size is less than 1.</exception>
    public static Tensor AdaptiveAvgPool3d(Tensor input, Size3d outputSize) => AdaptiveAvgPool(input, outputSize.Extents);

    /// <summary>Maxima of <paramref name="outputSize"/> windows over the last axis.</summary>
    /// <exception cref="GraphException">An extent is symbolic or 0, or the output size is less than 1.</exception>
    public static Tensor AdaptiveMaxPool1d(Tensor input, int outputSize) => AdaptiveMaxPool(input, [outputSize]);

    /// <summary>Maxima of as many windows over the last two axes as the output size says.</summary>
    /// <exception cref="GraphException">An extent is symbolic or 0, or the output size is less than 1.</exception>
    public static Tensor AdaptiveMaxPool2d(Tensor input, Size2d outputSize) => AdaptiveMaxPool(input, outputSize.Extents);

    /// <summary>Maxima of as many windows over the last three axes as the output size says.</summary>
    /// <exception cref="GraphException">An extent is symbolic or 0, or the output size is less than 1.</exception>
    public static Tensor AdaptiveMaxPool3d(Tensor input, Size3d outputSize) => AdaptiveMaxPool(input, outputSize.Extents);

    internal static Tensor AdaptiveAvgPool(Tensor input, EquatableArray<long> outputs)
    {
        var extents = PooledExtents(input, outputs);
        if (outputs.All(o => o == 1)) return input.Mean([.. Enumerable.Range(input.Rank - outputs.Count, outputs.Count)], keepDim: true);
        if (EvenWindows(extents, outputs) is { } windows) return AvgPool(input, windows, false, true, null);
        // A mean over a box is a mean along each axis in turn, and that is a product with a matrix of weights.
        for (var axis = 0; axis < outputs.Count; axis++)
        {
            var at = input.Rank - outputs.Count + axis;
            var averages = AveragingMatrix(extents[axis], outputs[axis], input.DType);
            input = Linear(input.Transpose(at, -1), averages).Transpose(at, -1);
        }
        return input;
    }

    internal static Tensor AdaptiveMaxPool(Tensor input, EquatableArray<long> outputs)
    {
        var extents = PooledExtents(input, outputs);
        if (EvenWindows(extents, outputs) is { } even) return MaxPool(input, even, ceilMode: false);
        // Windows that overlap or differ in size are laid side by side, the smaller filled up with their last element. It comes
        // after its original, so that the first of equals gets the gradient.
        var kernel = new long[outputs.Count];
        var spread = input.Node;
        for (var axis = 0; axis < kernel.Length; axis++)
        {
            var (extent, count) = (extents[axis], outputs[axis]);
            var largest = kernel[axis] = Enumerable.Range(0, (int)count).Max(i => End(i, extent, count) - Start(i, extent, count));
            var elements = Enumerable.Range(0, (int)(count * largest)).Select(at =>
                Math.Min(Start(at / largest, extent, count) + at % largest, End(at / largest, extent, count) - 1)).ToArray();
            spread = spread.Gather(input.Rank - kernel.Length + axis, Tensor.Constant<long>(elements, elements.Length).Node);
        }
        return MaxPool(new Tensor(spread), WindowGeometry.Of(kernel), ceilMode: false);
    }

    private static long Start(long window, long extent, long outputs) => window * extent / outputs;

    private static long End(long window, long extent, long outputs) => ((window + 1) * extent + outputs - 1) / outputs;

    private static long[] PooledExtents(Tensor input, EquatableArray<long> outputs)
    {
        if (outputs.Any(o => o < 1))
            throw new GraphException(ErrorCode.BadAttribute,
                $"an adaptive pool needs an output size of at least 1, got {SpatialAxes.Text(outputs)}.");
        var extents = input.Shape.TakeLast(outputs.Count).ToArray();
        if (extents.Length < outputs.Count || extents.Any(e => !e.IsBound || e.Is(0)))
            throw new GraphException(ErrorCode.ShapeMismatch, $"an adaptive pool to {SpatialAxes.Text(outputs)} needs " +
                $"{outputs.Count} trailing axes of known extent, not 0, got {input.Node.Type}.");
        return [.. extents.Select(e => e.Value)];
    }

    /// <summary>Windows that lie side by side where the outputs divide the extents, else null.</summary>
    private static WindowGeometry? EvenWindows(long[] extents, EquatableArray<long> outputs) =>
        extents.Zip(outputs).All(axis => axis.First % axis.Second == 0)
            ? WindowGeometry.Of(extents.Zip(outputs, (extent, count) => extent / count).ToEquatable())
            : null;

    /// <summary>[outputs, extent]: one row a window, with 1 / its size where it lies.</summary>
    private static Tensor AveragingMatrix(long extent, long outputs, DType dtype)
    {
        var weights = new double[outputs * extent];
        for (long window = 0; window < outputs; window++)
        {
            var (start, end) = (Start(window, extent, outputs), End(window, extent, outputs));
            for (var element = start; element < end; element++) weights[window * extent + element] = 1.0 / (end - start);
        }
        return Tensor.Constant<double>(weights, outputs, extent).To(dtype);
    }
}
