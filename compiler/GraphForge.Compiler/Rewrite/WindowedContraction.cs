using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// A convolution and its gradients as what schedules deal with: contractions whose image operand is a view of windows. Axes are
/// n (batch), g (groups), c and o (channels of a group of the input and of the output), and for every spatial axis i the window
/// pᵢ and the position kᵢ in it.
/// </summary>
/// <param name="geometry">The convolution.</param>
/// <param name="kernel">Kernel extents.</param>
/// <param name="channelsLast">Whether images are [N, spatial…, C] and not [N, C, spatial…].</param>
internal sealed class WindowedContraction(ConvolutionGeometry geometry, IReadOnlyList<long> kernel, bool channelsLast)
{
    private readonly string[] _windows = Names('p', kernel);
    private readonly string[] _positions = Names('k', kernel);

    /// <summary>y[n, p, g, o] = Σ over k, c of x[n, p + k, g, c] · w[g, k, c, o].</summary>
    public Node Convolution(Node image, Node weight)
    {
        var (x, w) = (ImageWindows(image), Kernel(weight));
        return Image(x.Contract(InKernelOrder(w, "c", "o"), ImageOrder("o")), "o");
    }

    /// <summary>
    /// dw[g, k, c, o] = Σ over n, p of x[n, p + k, g, c] · dy[n, p, g, o]. The batch is cut into parts that are summed by
    /// themselves and then added up: more tasks, and a smaller rounding error.
    /// </summary>
    public Node WeightGradient(Node image, Node cotangent, Shape weight)
    {
        var (x, dy) = (ImageWindows(image), Grouped(Named(cotangent, "o"), "o"));
        // A part of 16 bits would be rounded, and the sum is to be rounded once.
        var parts = image.Type.DType.IsHalf() ? 1 : SummedParts.Of(image.Shape.Size.Value + cotangent.Shape.Size.Value, weight.Size.Value, image.Shape[0].Value);
        IEnumerable<string> order = channelsLast ? KernelOrder("c", "o", dy.Extent("o")) : ["g", "o", "c", .. _positions];
        var sum = parts == 1
            ? x.Contract(dy, order)
            : x.Split("n", "part", "n", parts).Contract(dy.Split("n", "part", "n", parts), ["part", .. order]).Summed("part");
        return sum.Ordered(["g", "o", "c", .. _positions]).Node.Reshape(weight);
    }

    /// <summary>
    /// dx[n, i, a, g, c] = Σ over m, o of dy[n, i − m, g, o] · w[g, m, a, c, o], for elements and positions that are a step apart as in
    /// <see cref="TransposedWindows"/>: such elements meet the same positions, so that the residue a is one more axis of the result,
    /// and the sum is a convolution of stride 1.
    /// </summary>
    public Node InputGradient(Node cotangent, Node weight, Shape input)
    {
        // Weights of several channels are copied as they are: the positions that a residue lacks are no elements, but steps its sum skips.
        var isSkipping = channelsLast && weight.Shape[1].Value > 1;
        var (dy, w) = (Named(cotangent, "o"), isSkipping ? InKernelOrder(Kernel(weight), "o", "c") : Kernel(weight));
        var spatial = Enumerable.Range(0, kernel.Count).Select(axis => new TransposedWindows(geometry, kernel, axis, input[axis + 2].Value, isSkipping)).ToArray();
        foreach (var axis in spatial) dy = axis.Padded(dy);
        foreach (var axis in spatial) (dy, w) = (axis.Windows(dy), axis.Positions(w));
        w = isSkipping ? w.Ordered(KernelOrder("o", "c", w.Extent("c"))) : InKernelOrder(w, "o", "c");
        var result = Grouped(dy, "o").Ordered(ImageOrder("o", _positions)).Contract(w, ImageOrder("c"));
        foreach (var axis in spatial) result = axis.Elements(result);
        return Image(result, "c");
    }

    private static string[] Names(char prefix, IReadOnlyList<long> kernel) => kernel.Select((_, axis) => $"{prefix}{axis}").ToArray();

    private NamedAxes Named(Node image, string channel) => new(image, channelsLast ? ["n", .. _windows, channel] : ["n", channel, .. _windows]);

    private NamedAxes Grouped(NamedAxes x, string channel) => geometry.Groups == 1 ? x : x.Split(channel, "g", channel, geometry.Groups);

    /// <summary>The padded image, seen as windows.</summary>
    private NamedAxes ImageWindows(Node image)
    {
        var x = Named(image, "c");
        // All padding first: what is padded may be computed into a buffer, and its windows are index arithmetic.
        for (var axis = 0; axis < kernel.Count; axis++) x = x.Padded(_windows[axis], geometry.PadLow[axis], geometry.PadHigh[axis]);
        for (var axis = 0; axis < kernel.Count; axis++)
        {
            var (window, stride) = (_windows[axis], geometry.Stride[axis]);
            x = kernel[axis] > 1
                ? x.Windows(window, _positions[axis], kernel[axis], stride, geometry.Dilation[axis])
                : x.Part(window, 0, (x.Extent(window) - 1) / stride + 1, stride);
        }
        return Grouped(x, "c").Ordered(ImageOrder("c", _positions));
    }

    /// <summary>The weights, without the axes of kernel extent 1.</summary>
    private NamedAxes Kernel(Node weight)
    {
        var units = _positions.Where((_, axis) => kernel[axis] == 1).ToArray();
        return Grouped(new NamedAxes(weight, ["o", "c", .. _positions]).Squeezed(units), "o");
    }

    /// <summary>Weights in the order in which channels last reads them; a copy, since that order is read again and again.</summary>
    private NamedAxes InKernelOrder(NamedAxes w, string summed, string result)
    {
        if (!channelsLast || !_positions.Any(w.Has)) return w;
        var ordered = w.Ordered(KernelOrder(summed, result, w.Extent(result)));
        return ordered with { Node = Node.Of(new Identity("kernel order"), ordered.Node) };
    }

    /// <summary>Neighbours are those of the result's channels: of a group, or of all groups where each has one.</summary>
    private IEnumerable<string> KernelOrder(string summed, string result, long extent)
    {
        string[] residues = [.. _windows.Select((_, axis) => TransposedWindows.Residue(axis))];
        return extent > 1 ? ["g", .. residues, .. _positions, summed, result] : [.. residues, .. _positions, summed, "g", result];
    }

    /// <summary>Axes of an image: its channels, and for a view of windows the positions in them.</summary>
    private IEnumerable<string> ImageOrder(string channel, params IEnumerable<string> positions)
    {
        var spatial = _windows.SelectMany((p, axis) => new[] { p, TransposedWindows.Residue(axis) });
        return channelsLast ? ["n", .. spatial, "g", .. positions, channel] : ["n", "g", channel, .. positions, .. spatial];
    }

    private static Node Image(NamedAxes result, string channel) => (result.Has("g") ? result.Merged("g", channel, channel) : result).Node;
}
