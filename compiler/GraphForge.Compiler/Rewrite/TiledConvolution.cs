using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// A convolution of images [N, spatial…, C] and its gradients by <see cref="WinogradConvolution"/>; null where that is not
/// possible or does not pay.
/// </summary>
/// <param name="geometry">The convolution.</param>
/// <param name="kernel">Kernel extents.</param>
/// <param name="isPrepared">Whether weights are transformed once for all runs.</param>
internal sealed class TiledConvolution(ConvolutionGeometry geometry, IReadOnlyList<long> kernel, bool isPrepared)
{
    private readonly string[] _windows = kernel.Select((_, axis) => $"p{axis}").ToArray();

    private bool IsDense => geometry.Groups == 1 && geometry.Stride.All(s => s == 1) && geometry.Dilation.All(d => d == 1);

    public Node? Convolution(Node image, Node weight)
    {
        var windows = Spatial(image).Select((extent, axis) => extent + geometry.PadLow[axis] + geometry.PadHigh[axis] - kernel[axis] + 1).ToArray();
        var choice = new WinogradChoice(image.Shape[0].Value, windows, kernel, weight.Shape[1].Value, weight.Shape[0].Value) { IsPrepared = isPrepared };
        if (!IsDense || choice.ForConvolution(image.Type.DType) is not (> 0 and var products)) return null;
        return new WinogradConvolution(products, kernel).Convolve(Named(image, "c"), Kernel(weight), geometry.PadLow, windows, "c", "o").Node;
    }

    /// <summary>dx[i] = Σ over k of dy[i + padLow − k] · w[k]: the convolution of dy with the flipped kernel.</summary>
    public Node? InputGradient(Node cotangent, Node weight, Shape input)
    {
        var extents = input.Skip(2).Select(d => d.Value).ToArray();
        var choice = new WinogradChoice(input[0].Value, extents, kernel, weight.Shape[0].Value, weight.Shape[1].Value) { IsPrepared = isPrepared };
        if (!IsDense || choice.ForConvolution(cotangent.Type.DType) is not (> 0 and var products)) return null;
        var flipped = kernel.Index().Where(k => k.Item > 1).Aggregate(Kernel(weight), (w, k) => w.Flipped($"k{k.Index}"));
        var low = kernel.Select((k, axis) => k - 1 - geometry.PadLow[axis]).ToArray();
        return new WinogradConvolution(products, kernel).Convolve(Named(cotangent, "o"), flipped, low, extents, "o", "c").Node;
    }

    public Node? WeightGradient(Node image, Node cotangent, Shape weight)
    {
        var choice = new WinogradChoice(image.Shape[0].Value, Spatial(cotangent), kernel, weight[1].Value, weight[0].Value);
        if (!IsDense || choice.ForWeightGradient(image.Type.DType) is not (> 0 and var products)) return null;
        var winograd = new WinogradConvolution(products, kernel);
        var rows = winograd.TileRows(image.Shape[0].Value, cotangent.Shape[1].Value);
        var parts = SummedParts.Of(image.Shape.Size.Value + cotangent.Shape.Size.Value, weight.Size.Value, rows);
        var sum = winograd.WeightGradient(Named(image, "c"), Named(cotangent, "o"), geometry.PadLow, parts).Summed("part");
        return sum.Ordered(["o", "c", .. kernel.Select((_, axis) => $"k{axis}")]).Node.Reshape(weight);
    }

    private static long[] Spatial(Node image) => image.Shape.Skip(1).SkipLast(1).Select(d => d.Value).ToArray();

    /// <summary>An image whose channels are neighbours in memory; each of its elements is read several times.</summary>
    private NamedAxes Named(Node image, string channel) =>
        new(image.Op is Permute ? Node.Of(new Identity("channels last"), image) : image, ["n", .. _windows, channel]);

    /// <summary>The weights, without the axes of kernel extent 1.</summary>
    private NamedAxes Kernel(Node weight)
    {
        var all = new NamedAxes(weight, ["o", "c", .. kernel.Select((_, axis) => $"k{axis}")]);
        return all.Squeezed(kernel.Index().Where(k => k.Item == 1).Select(k => $"k{k.Index}").ToArray());
    }
}
