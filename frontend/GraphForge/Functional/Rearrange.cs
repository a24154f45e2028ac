using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <content>Channels as pixels, windows as channels.</content>
public static partial class Functional
{
    /// <summary>[..., C·r², H, W] → [..., C, H·r, W·r]: r² channels become the pixels of one.</summary>
    public static Tensor PixelShuffle(Tensor input, int upscaleFactor)
    {
        var (r, channels) = (upscaleFactor, PixelChannels("pixelShuffle", input));
        if (r < 1 || channels % ((long)r * r) != 0)
            throw new GraphException(ErrorCode.BadAttribute,
                $"pixelShuffle by {r} needs channels that {r}² divides, got {channels} in {input.Node.Type}.");
        var (height, width, leading) = (input.Shape[^2], input.Shape[^1], input.Shape.SkipLast(3).ToArray());
        var split = input.Reshape([.. leading, channels / r / r, r, r, height, width]);
        var n = leading.Length;
        return split.Permute([.. Enumerable.Range(0, n + 1), n + 3, n + 1, n + 4, n + 2])
            .Reshape([.. leading, channels / r / r, height * r, width * r]);
    }

    /// <summary>[..., C, H·r, W·r] → [..., C·r², H, W]: the inverse of <see cref="PixelShuffle"/>.</summary>
    public static Tensor PixelUnshuffle(Tensor input, int downscaleFactor)
    {
        var (r, channels) = (downscaleFactor, PixelChannels("pixelUnshuffle", input));
        var (leading, height, width) = (input.Shape.SkipLast(3).ToArray(), (Dim)0, (Dim)0);
        if (r < 1 || !input.Shape[^2].TryDivide(r, out height) || !input.Shape[^1].TryDivide(r, out width))
            throw new GraphException(ErrorCode.BadAttribute, $"pixelUnshuffle by {r} needs sides that {r} divides, got {input.Node.Type}.");
        var split = input.Reshape([.. leading, channels, height, r, width, r]);
        var n = leading.Length;
        return split.Permute([.. Enumerable.Range(0, n + 1), n + 2, n + 4, n + 1, n + 3]).Reshape([.. leading, channels * r * r, height, width]);
    }

    /// <summary>[N, C, ...] with the channels of the groups taken in turns.</summary>
    public static Tensor ChannelShuffle(Tensor input, int groups)
    {
        Dim inGroup = 0;
        if (input.Rank < 3 || groups < 1 || !input.Shape[1].TryDivide(groups, out inGroup))
            throw new GraphException(ErrorCode.BadAttribute,
                $"channelShuffle takes [N, C, ...] whose channels {groups} groups share evenly, got {input.Node.Type}.");
        return input.Unflatten(1, groups, inGroup).Transpose(1, 2).Reshape([.. input.Shape]);
    }

    /// <summary>
    /// [N, C, H, W] → [N, C·kH·kW, L]: the elements of each of the L windows of a convolution, as a column.
    /// </summary>
    public static Tensor Unfold(
        Tensor input, Size2d kernelSize, Size2d? dilation = null, Size2d padding = default, Size2d? stride = null)
    {
        if (input.Rank != 4) throw new GraphException(ErrorCode.ShapeMismatch, $"unfold takes [N, C, H, W], got {input.Node.Type}.");
        var (apart, step) = (dilation ?? 1, stride ?? 1);
        if (kernelSize is not { Height: > 0, Width: > 0 } || apart is not { Height: > 0, Width: > 0 } || step is not { Height: > 0, Width: > 0 })
            throw new GraphException(ErrorCode.BadAttribute,
                $"unfold needs a kernelSize, dilation and stride of at least 1, got {kernelSize}, {apart} and {step}.");
        var padded = Pad(input, [padding.Width, padding.Width, padding.Height, padding.Height]);
        if (TooSmall(padded.Shape[2], kernelSize.Height, apart.Height) || TooSmall(padded.Shape[3], kernelSize.Width, apart.Width))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"unfold of {input.Node.Type} with padding {padding} has no room for a window of {kernelSize}, its elements {apart} apart.");
        var windows = padded.Windows(2, kernelSize.Height, step.Height, apart.Height).Windows(3, kernelSize.Width, step.Width, apart.Width);
        var (batch, channels, count) = (input.Shape[0], input.Shape[1], windows.Shape[2] * windows.Shape[3]);
        return windows.Permute(0, 1, 4, 5, 2, 3).Reshape(batch, channels * kernelSize.Height * kernelSize.Width, count);

        static bool TooSmall(Dim extent, int kernel, int dilation) => extent.IsBound && extent.Value < (kernel - 1L) * dilation + 1;
    }

    /// <summary>
    /// [N, C·kH·kW, L] → [N, C, H, W]: the transpose of <see cref="Unfold"/>, which adds the elements of all windows where they
    /// came from.
    /// </summary>
    public static Tensor Fold(Tensor input, Size2d outputSize, Size2d kernelSize,
        Size2d? dilation = null, Size2d padding = default, Size2d? stride = null)
    {
        var area = (long)kernelSize.Height * kernelSize.Width;
        Dim channels = 0;
        if (input.Rank != 3 || area < 1 || !input.Shape[1].TryDivide(area, out channels))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"fold with windows of {kernelSize} takes [N, C·{area}, L], got {input.Node.Type}.");
        var image = Tensor.Input("image", input.DType, input.Shape[0], channels, outputSize.Height, outputSize.Width);
        var windows = Unfold(image, kernelSize, dilation, padding, stride);
        if (windows.Shape != input.Shape)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"fold to {outputSize} needs the {windows.Shape[2]} windows of {kernelSize} that image has, got {input.Node.Type}.");
        // Unfold is linear, so its gradient holds nothing of the image.
        return new Tensor(Gradients.Of(windows.Node, input.Node, [image.Node])[0]);
    }

    private static long PixelChannels(string function, Tensor input) => input.Rank >= 3 && input.Shape[^3].IsBound
        ? input.Shape[^3].Value
        : throw new GraphException(ErrorCode.ShapeMismatch,
            $"{function} takes [..., C, H, W] with a fixed number of channels, got {input.Node.Type}.");
}
