using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <summary>What layers compute, as functions of tensors; the names are those of torch.nn.functional.</summary>
public static partial class Functional
{
    /// <summary>input·weightᵀ + bias: [..., in] and [out, in] → [..., out].</summary>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias = null)
    {
        if (input.Rank == 0 || weight.Rank != 2 || input.Shape[^1] != weight.Shape[1])
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"linear takes an input [..., in] and weights [out, in], got {input.Node.Type} and {weight.Node.Type}.");
        int[] rows = [.. Enumerable.Range(2, input.Rank - 1)];
        var product = new Tensor(Node.Of(new Contraction([.. rows, 0], [1, 0], [.. rows, 1]), input.Node, weight.Node));
        return bias is null ? product : product + bias;
    }

    /// <summary>
    /// Cross-correlation: input [N, C, H, W], weight [O, C / groups, kH, kW], bias [O] → [N, O, H', W'] with
    /// H' = ⌊(H + 2·padding − dilation·(kH − 1) − 1) / stride⌋ + 1.
    /// </summary>
    public static Tensor Conv2d(Tensor input, Tensor weight, Tensor? bias = null,
        Size2d? stride = null, Size2d padding = default, Size2d? dilation = null, int groups = 1)
    {
        var geometry = new ConvolutionGeometry((stride ?? 1).Extents, padding.Extents, padding.Extents, (dilation ?? 1).Extents, groups);
        var product = new Tensor(Node.Of(new Convolution(geometry), input.Node, weight.Node));
        return bias is null ? product : product + bias.Reshape(1, -1, 1, 1);
    }

    /// <summary>Largest element of each window over the last two axes; the stride is the kernel size unless given.</summary>
    public static Tensor MaxPool2d(
        Tensor input, Size2d kernelSize, Size2d? stride = null, Size2d padding = default, Size2d? dilation = null) =>
        new(Node.Of(new WindowMaximum(Windows(kernelSize, stride, padding, dilation)), input.Node));

    /// <summary>Mean of each window over the last two axes; the stride is the kernel size unless given. Padding counts as zeros.</summary>
    public static Tensor AvgPool2d(Tensor input, Size2d kernelSize, Size2d? stride = null, Size2d padding = default)
    {
        var sums = new Tensor(Node.Of(new WindowSum(Windows(kernelSize, stride, padding, null)), input.Node));
        return sums * (1.0 / ((double)kernelSize.Height * kernelSize.Width));
    }

    private static WindowGeometry Windows(Size2d kernel, Size2d? stride, Size2d padding, Size2d? dilation) =>
        new(kernel.Extents, (stride ?? kernel).Extents, padding.Extents, padding.Extents, (dilation ?? 1).Extents);
}
