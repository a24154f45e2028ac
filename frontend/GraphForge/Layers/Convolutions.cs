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
/// <param name="dtype">Type of the parameters.</param>
/// <exception cref="GraphException">A setting is out of range, or the groups do not divide the channels.</exception>
public sealed class Conv1d(int inChannels, int outChannels, int kernelSize, int stride = 1, ConvolutionPadding padding = default,
    int dilation = 1, int groups = 1, bool bias = true, DType dtype = DType.Float32) : ForwardConvolution(inChannels, outChannels,
    ConvolutionSettings.Of([kernelSize], [stride], padding, [dilation], groups), bias, dtype);

/// <summary>Convolution of images: [N, inChannels, H, W] → [N, outChannels, H', W']; see <see cref="Functional.Conv2d"/>.</summary>
/// <inheritdoc cref="Conv1d"/>
public sealed class Conv2d(int inChannels, int outChannels, Size2d kernelSize, Size2d? stride = null, ConvolutionPadding padding = default,
    Size2d? dilation = null, int groups = 1, bool bias = true, DType dtype = DType.Float32) : ForwardConvolution(inChannels, outChannels,
    ConvolutionSettings.Of(kernelSize.Extents, (stride ?? 1).Extents, padding, (dilation ?? 1).Extents, groups), bias, dtype);

/// <summary>Convolution of volumes: [N, inChannels, D, H, W] → [N, outChannels, D', H', W']; see <see cref="Functional.Conv3d"/>.</summary>
/// <inheritdoc cref="Conv1d"/>
public sealed class Conv3d(int inChannels, int outChannels, Size3d kernelSize, Size3d? stride = null, ConvolutionPadding padding = default,
    Size3d? dilation = null, int groups = 1, bool bias = true, DType dtype = DType.Float32) : ForwardConvolution(inChannels, outChannels,
    ConvolutionSettings.Of(kernelSize.Extents, (stride ?? 1).Extents, padding, (dilation ?? 1).Extents, groups), bias, dtype);

/// <summary>What convolutions of any number of axes share.</summary>
public abstract class ForwardConvolution : ConvolutionLayer
{
    private protected ForwardConvolution(int inChannels, int outChannels, ConvolutionSettings settings, bool bias, DType dtype)
        : base(inChannels, outChannels, settings, transposed: false, bias, dtype) { }

    public sealed override Tensor Forward(Tensor input)
    {
        CheckInput(input);
        var windows = Settings.Windows;
        if (windows.TooLargeFor(input.Shape) is { } side)
            throw Error(ErrorCode.ShapeMismatch, $"has a kernel that reaches over {side} but was given {input.Shape} " +
                $"with padding {Settings.Padding}; use a smaller kernel or more padding.");
        using var scope = Enter();
        return Functional.Convolve(
            "convolution", input, Weight, Bias, windows.Stride, Settings.Padding, windows.Dilation, Settings.Groups);
    }
}
