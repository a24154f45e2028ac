using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>Convolution of sequences: [N, inChannels, L] → [N, outChannels, L']; see <see cref="Functional.Conv1d"/>.</summary>
/// <param name="inChannels">Channels of the input.</param>
/// <param name="outChannels">Channels of the output.</param>
/// <param name="kernelSize">Positions a window covers.</param>
/// <param name="stride">Distance between windows.</param>
/// <param name="padding">What surrounds the input.</param>
/// <param name="dilation">Distance between the positions of a window.</param>
/// <param name="groups">Output channels of a group see the input channels of that group alone.</param>
/// <param name="bias">Whether each output channel has a number added.</param>
/// <param name="paddingMode">What the padding holds: zeros, or elements of the input.</param>
/// <param name="dtype">Type of the parameters.</param>
/// <exception cref="GraphException">A setting is out of range, or the groups do not divide the channels.</exception>
public sealed class Conv1d(int inChannels, int outChannels, int kernelSize, int stride = 1, ConvolutionPadding padding = default,
    int dilation = 1, int groups = 1, bool bias = true, PadMode paddingMode = PadMode.Constant,
    DType dtype = DType.Float32) : ForwardConvolution(inChannels, outChannels,
    ConvolutionSettings.Of([kernelSize], [stride], padding, [dilation], groups), bias, paddingMode, dtype);

/// <summary>Convolution of images: [N, inChannels, H, W] → [N, outChannels, H', W']; see <see cref="Functional.Conv2d"/>.</summary>
/// <inheritdoc cref="Conv1d"/>
public sealed class Conv2d(int inChannels, int outChannels, Size2d kernelSize, Size2d? stride = null, ConvolutionPadding padding = default,
    Size2d? dilation = null, int groups = 1, bool bias = true, PadMode paddingMode = PadMode.Constant,
    DType dtype = DType.Float32) : ForwardConvolution(inChannels, outChannels,
    ConvolutionSettings.Of(kernelSize.Extents, (stride ?? 1).Extents, padding, (dilation ?? 1).Extents, groups), bias, paddingMode, dtype);

/// <summary>Convolution of volumes: [N, inChannels, D, H, W] → [N, outChannels, D', H', W']; see <see cref="Functional.Conv3d"/>.</summary>
/// <inheritdoc cref="Conv1d"/>
public sealed class Conv3d(int inChannels, int outChannels, Size3d kernelSize, Size3d? stride = null, ConvolutionPadding padding = default,
    Size3d? dilation = null, int groups = 1, bool bias = true, PadMode paddingMode = PadMode.Constant,
    DType dtype = DType.Float32) : ForwardConvolution(inChannels, outChannels,
    ConvolutionSettings.Of(kernelSize.Extents, (stride ?? 1).Extents, padding, (dilation ?? 1).Extents, groups), bias, paddingMode, dtype);

/// <summary>What convolutions of any number of axes share.</summary>
public abstract class ForwardConvolution : ConvolutionLayer
{
    private readonly PadMode _paddingMode;

    private protected ForwardConvolution(int inChannels, int outChannels, ConvolutionSettings settings, bool bias, PadMode paddingMode, DType dtype)
        : base(inChannels, outChannels, settings, transposed: false, bias, dtype) => _paddingMode = paddingMode;

    public sealed override Tensor Forward(Tensor input)
    {
        CheckInput(input);
        var windows = Settings.Windows;
        if (windows.TooLargeFor(input.Shape) is { } side)
            throw Error(ErrorCode.ShapeMismatch, $"has a kernel that reaches over {side} but was given {input.Shape} " +
                $"with padding {Settings.Padding}; use a smaller kernel or more padding.");
        CheckPadding(input);
        using var scope = Enter();
        var (padded, padding) = _paddingMode == PadMode.Constant
            ? (input, Settings.Padding)
            : (Functional.Pad(input, PaddingFromTheLastAxis(), _paddingMode), ConvolutionPadding.Valid);
        return Functional.Convolve(
            "convolution", padded, Weight, Bias, windows.Stride, padding, windows.Dilation, Settings.Groups);
    }

    private int[] PaddingFromTheLastAxis()
    {
        var (low, high) = (Settings.Windows.PadLow, Settings.Windows.PadHigh);
        return [.. low.Zip(high).Reverse().SelectMany(axis => new[] { (int)axis.First, (int)axis.Second })];
    }

    private void CheckPadding(Tensor input)
    {
        if (_paddingMode is not (PadMode.Reflect or PadMode.Circular)) return;
        for (var axis = 0; axis < Settings.Windows.Rank; axis++)
        {
            var (extent, most) = (input.Shape[axis + 2], Math.Max(Settings.Windows.PadLow[axis], Settings.Windows.PadHigh[axis]));
            var available = extent.IsBound ? extent.Value - (_paddingMode == PadMode.Reflect ? 1 : 0) : long.MaxValue;
            if (most > available)
                throw Error(ErrorCode.ShapeMismatch, $"can take at most {available} elements of padding from {input.Shape} in mode " +
                    $"{_paddingMode}, but its padding is {Settings.Padding}; pad less, or use {PadMode.Replicate}.");
        }
    }
}
