using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Convolution and pooling of nodes, with PyTorch's conventions (windows that do not fit whole are dropped).</summary>
public static class Convolutions
{
    /// <summary>x[N, C, spatial…] ∗ w[O, C / groups, kernel…] → [N, O, windows…]; see <see cref="Convolution"/>.</summary>
    /// <exception cref="GraphException">The operands do not fit the geometry or each other.</exception>
    public static Node Convolve(Node x, Node weight, ConvolutionGeometry geometry) =>
        Node.Of(new Convolution(geometry), x, weight);

    /// <summary>
    /// Transpose of <see cref="Convolve"/>: x[N, O, windows…] with w[O, C / groups, kernel…] → the input shape [N, C, spatial…],
    /// which the stride alone does not determine.
    /// </summary>
    /// <exception cref="GraphException">The operands do not fit the geometry or each other.</exception>
    public static Node ConvolveTransposed(Node x, Node weight, ConvolutionGeometry geometry, Shape inputShape) =>
        Node.Of(new ConvolutionInputGradient(geometry, inputShape), x, weight);

    /// <summary>The greatest element of each window over the trailing axes; padding never wins, NaN always does.</summary>
    /// <exception cref="GraphException">A padding beyond half a window, or no window fits.</exception>
    public static Node MaxPool(Node x, WindowGeometry geometry)
    {
        var result = Node.Of(new WindowMaximum(geometry), x);
        CheckPadding(result.Op, geometry);
        return result;
    }

    /// <summary>The mean of each window over the trailing axes of a float node.</summary>
    /// <param name="x">Floats.</param>
    /// <param name="geometry">The windows.</param>
    /// <param name="countIncludePad">
    /// Whether the divisor is the window's size everywhere, or the number of elements that are not padding. The latter needs
    /// padded axes to have bound extents.
    /// </param>
    /// <exception cref="GraphException">A padding beyond half a window, or no window fits.</exception>
    public static Node AveragePool(Node x, WindowGeometry geometry, bool countIncludePad = true)
    {
        if (!x.Type.DType.IsFloat())
            throw new GraphException(
                ErrorCode.WrongDType, $"averagePool takes a float element type, got {x.Type}; cast the operand.");
        var sum = Node.Of(new WindowSum(geometry), x);
        CheckPadding(sum.Op, geometry);
        return countIncludePad || geometry.PadLow.Concat(geometry.PadHigh).All(p => p == 0)
            ? sum / geometry.Positions
            : sum / ElementCounts(x, geometry, sum.Shape);
    }

    /// <summary>Number of elements in each window, padding aside; extent 1 along axes where it is the same everywhere.</summary>
    private static Node ElementCounts(Node x, WindowGeometry geometry, Shape windows)
    {
        var leading = x.Shape.Rank - geometry.Rank;
        var counts = Enumerable.Range(0, geometry.Rank)
            .Select(axis => ElementCounts(x.Shape, geometry, axis, windows[leading + axis])).ToArray();
        var type = new TensorType(x.Type.DType, Shape.Of(counts.Select(c => (Dim)c.Length)));
        return Nodes.Constant(Elements.MapIndex(type, window =>
        {
            // A dilated window may miss every element; its sum is 0, and so is its mean.
            var count = window.Select((w, axis) => counts[axis][w]).Aggregate(1L, (a, b) => a * b);
            return Scalar.Of(type.DType, Math.Max(1, count));
        }));
    }

    private static long[] ElementCounts(Shape input, WindowGeometry geometry, int axis, Dim windows)
    {
        if (geometry.PadLow[axis] == 0 && geometry.PadHigh[axis] == 0) return [geometry.Kernel[axis]];
        var extent = input[input.Rank - geometry.Rank + axis];
        if (!extent.IsBound)
            throw new GraphException(ErrorCode.SymbolicDim,
                $"averagePool that does not count padding needs integer extents where there is padding, but {extent} of " +
                $"{input} is symbolic; count the padding or give the extent as an integer.");
        var counts = new long[windows.Value];
        for (var window = 0; window < counts.Length; window++)
            for (var k = 0; k < geometry.Kernel[axis]; k++)
            {
                var element = window * geometry.Stride[axis] + k * geometry.Dilation[axis] - geometry.PadLow[axis];
                if (element >= 0 && element < extent.Value) counts[window]++;
            }
        return counts;
    }

    private static void CheckPadding(Op op, WindowGeometry geometry)
    {
        for (var axis = 0; axis < geometry.Rank; axis++)
        {
            var padding = Math.Max(geometry.PadLow[axis], geometry.PadHigh[axis]);
            if (padding > geometry.Reach(axis) / 2)
                throw new GraphException(ErrorCode.BadAttribute,
                    $"{op} pads spatial axis {axis} by {padding}, more than half of the {geometry.Reach(axis)} elements a " +
                    "window reaches over; pad less, so that windows meet the tensor.");
        }
    }
}
