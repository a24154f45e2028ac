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
    private protected override Tensor Pool(Tensor input) =>
        Functional.MaxPool2d(input, Window.KernelSize, Window.Stride, Window.Padding, Window.Dilation);
}

/// <summary>Mean of each window: [N, C, H, W] → [N, C, H', W']. Padding counts as zeros.</summary>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="stride">Distance between windows; the kernel size unless given.</param>
/// <param name="padding">Zeros around the image, at most half the kernel size.</param>
public sealed class AvgPool2d(Size2d kernelSize, Size2d? stride = null, Size2d padding = default)
    : Pool2d(kernelSize, stride, padding, dilation: null)
{
    private protected override Tensor Pool(Tensor input) =>
        Functional.AvgPool2d(input, Window.KernelSize, Window.Stride, Window.Padding);
}

/// <summary>What pools share: windows over the last two axes, and the checks of their settings and input.</summary>
public abstract class Pool2d : Module
{
    private protected Pool2d(Size2d kernelSize, Size2d? stride, Size2d padding, Size2d? dilation)
    {
        Window = new Window2d(kernelSize, stride ?? kernelSize, padding, dilation ?? 1);
        if (Window.BadSetting() is { } problem) throw Error(ErrorCode.BadAttribute, problem);
        // More padding would make windows of nothing but padding.
        if (2 * padding.Height > kernelSize.Height || 2 * padding.Width > kernelSize.Width)
            throw Error(ErrorCode.BadAttribute, $"needs a padding of at most half its kernelSize {kernelSize} but was given {padding}.");
    }

    private protected Window2d Window { get; }

    public sealed override Tensor Forward(Tensor input)
    {
        if (input.Rank != 4)
            throw Error(ErrorCode.ShapeMismatch,
                $"takes [N, C, H, W] but was given {input.Shape}; reshape the input to a batch of images with channels.");
        if (Window.TooLargeFor(input.Shape) is { } side)
            throw Error(ErrorCode.ShapeMismatch, $"has windows that reach over {side} but was given {input.Shape} " +
                $"with padding {Window.Padding}; use a smaller kernelSize.");
        using var scope = Enter();
        return Pool(input);
    }

    private protected abstract Tensor Pool(Tensor input);
}
