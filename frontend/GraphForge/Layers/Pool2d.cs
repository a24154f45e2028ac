using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>Largest element of each window: [N, C, H, W] → [N, C, H', W'].</summary>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="stride">Distance between windows; the kernel size unless given.</param>
/// <param name="padding">Positions around the image that never win, at most half the kernel size.</param>
/// <param name="dilation">Distance between the positions of one window.</param>
public sealed class MaxPool2d(Size2d kernelSize, Size2d? stride = null, Size2d padding = default, Size2d? dilation = null)
    : Pool2d(kernelSize, stride, padding, dilation)
{
    private protected override Tensor Pool(Tensor input) => Functional.MaxPool2d(input, KernelSize, Stride, Padding, Dilation);
}

/// <summary>Mean of each window: [N, C, H, W] → [N, C, H', W']. Padding counts as zeros.</summary>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="stride">Distance between windows; the kernel size unless given.</param>
/// <param name="padding">Zeros around the image, at most half the kernel size.</param>
public sealed class AvgPool2d(Size2d kernelSize, Size2d? stride = null, Size2d padding = default)
    : Pool2d(kernelSize, stride, padding, dilation: null)
{
    private protected override Tensor Pool(Tensor input) => Functional.AvgPool2d(input, KernelSize, Stride, Padding);
}

/// <summary>What pools share: windows over the last two axes, and the checks of their settings and input.</summary>
public abstract class Pool2d : Module
{
    private protected Pool2d(Size2d kernelSize, Size2d? stride, Size2d padding, Size2d? dilation)
    {
        (KernelSize, Stride, Padding, Dilation) = (kernelSize, stride ?? kernelSize, padding, dilation ?? 1);
        foreach (var (name, value) in new[] { ("kernelSize", KernelSize), ("stride", Stride), ("dilation", Dilation) })
            if (value.Height < 1 || value.Width < 1)
                throw Error(ErrorCode.BadAttribute, $"needs a {name} of at least 1 but was given {value}.");
        if (Padding.Height < 0 || Padding.Width < 0 || 2 * Padding.Height > KernelSize.Height || 2 * Padding.Width > KernelSize.Width)
            throw Error(ErrorCode.BadAttribute, $"needs a padding from 0 to half its kernelSize {KernelSize} but was given {Padding}.");
    }

    public Size2d KernelSize { get; }

    public Size2d Stride { get; }

    public Size2d Padding { get; }

    public Size2d Dilation { get; }

    public sealed override Tensor Forward(Tensor input)
    {
        if (input.Rank != 4)
            throw Error(ErrorCode.ShapeMismatch, $"takes [N, C, H, W] but was given {input.Shape}; reshape the input to a batch of images with channels.");
        CheckFits(input, 2, "height", KernelSize.Height, Dilation.Height, Padding.Height);
        CheckFits(input, 3, "width", KernelSize.Width, Dilation.Width, Padding.Width);
        using var scope = Enter();
        return Pool(input);
    }

    private protected abstract Tensor Pool(Tensor input);

    private void CheckFits(Tensor input, int axis, string side, int kernel, int dilation, int padding)
    {
        var reach = dilation * (kernel - 1) + 1;
        if (input.Shape[axis].IsBound && input.Shape[axis].Value + 2L * padding < reach)
            throw Error(ErrorCode.ShapeMismatch,
                $"has windows that reach over {side} {reach} but was given {input.Shape} with padding {padding}; use a smaller kernelSize.");
    }
}
