using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>
/// Transposed convolution of sequences: [N, inChannels, L] → [N, outChannels, L']; see
/// <see cref="Functional.ConvTranspose1d"/>.
/// </summary>
/// <param name="inChannels">Channels of the input.</param>
/// <param name="outChannels">Channels of the output.</param>
/// <param name="kernelSize">Positions that an input element reaches in the output.</param>
/// <param name="stride">Distance between what neighbouring input elements reach.</param>
/// <param name="padding">Positions cut off at both ends of the output.</param>
/// <param name="outputPadding">Positions put back at the end, less than the stride or the dilation.</param>
/// <param name="groups">Output channels of a group see the input channels of that group alone.</param>
/// <param name="bias">Whether each output channel has a number added.</param>
/// <param name="dilation">Distance between the positions an input element reaches.</param>
/// <param name="dtype">Type of the parameters.</param>
/// <exception cref="GraphException">A setting is out of range, or the groups do not divide the channels.</exception>
public sealed class ConvTranspose1d(int inChannels, int outChannels, int kernelSize, int stride = 1, int padding = 0,
    int outputPadding = 0, int groups = 1, bool bias = true, int dilation = 1, DType dtype = DType.Float32)
    : TransposedConvolution(inChannels, outChannels,
        ConvolutionSettings.Of([kernelSize], [stride], padding, [dilation], groups), [outputPadding], bias, dtype);

/// <summary>
/// Transposed convolution of images: [N, inChannels, H, W] → [N, outChannels, H', W']; see
/// <see cref="Functional.ConvTranspose2d"/>.
/// </summary>
/// <inheritdoc cref="ConvTranspose1d"/>
public sealed class ConvTranspose2d(int inChannels, int outChannels, Size2d kernelSize, Size2d? stride = null, Size2d padding = default,
    Size2d outputPadding = default, int groups = 1, bool bias = true, Size2d? dilation = null, DType dtype = DType.Float32)
    : TransposedConvolution(inChannels, outChannels,
        ConvolutionSettings.Of(kernelSize.Extents, (stride ?? 1).Extents, padding, (dilation ?? 1).Extents, groups),
        outputPadding.Extents, bias, dtype);

/// <summary>
/// Transposed convolution of volumes: [N, inChannels, D, H, W] → [N, outChannels, D', H', W']; see
/// <see cref="Functional.ConvTranspose3d"/>.
/// </summary>
/// <inheritdoc cref="ConvTranspose1d"/>
public sealed class ConvTranspose3d(int inChannels, int outChannels, Size3d kernelSize, Size3d? stride = null, Size3d padding = default,
    Size3d outputPadding = default, int groups = 1, bool bias = true, Size3d? dilation = null, DType dtype = DType.Float32)
    : TransposedConvolution(inChannels, outChannels,
        ConvolutionSettings.Of(kernelSize.Extents, (stride ?? 1).Extents, padding, (dilation ?? 1).Extents, groups),
        outputPadding.Extents, bias, dtype);

/// <summary>What transposed convolutions of any number of axes share.</summary>
public abstract class TransposedConvolution : ConvolutionLayer
{
    private readonly EquatableArray<long> _outputPadding;

    private protected TransposedConvolution(int inChannels, int outChannels, ConvolutionSettings settings,
        EquatableArray<long> outputPadding, bool bias, DType dtype)
        : base(inChannels, outChannels, settings, transposed: true, bias, dtype)
    {
        _outputPadding = outputPadding;
        var windows = settings.Windows;
        for (var axis = 0; axis < windows.Rank; axis++)
            if (outputPadding[axis] < 0 || outputPadding[axis] >= Math.Max(windows.Stride[axis], windows.Dilation[axis]))
                throw Error(ErrorCode.BadAttribute, "needs an outputPadding of at least 0 and less than its stride " +
                    $"{SpatialAxes.Text(windows.Stride)} or dilation {SpatialAxes.Text(windows.Dilation)} but was given " +
                    $"{SpatialAxes.Text(outputPadding)}.");
    }

    public sealed override Tensor Forward(Tensor input)
    {
        CheckInput(input);
        var windows = Settings.Windows;
        var extents = SpatialAxes.Transposed(windows, input.Shape, _outputPadding);
        if (extents.Any(e => e.IsBound && e.Value < 1))
            throw Error(ErrorCode.ShapeMismatch, $"gives an output of extents [{string.Join(", ", extents)}] for {input.Shape} " +
                $"with padding {Settings.Padding}; pad less or use a larger kernel.");
        using var scope = Enter();
        return Functional.ConvolveTransposed("convolutionTransposed", input, Weight, Bias, windows.Stride, windows.PadLow,
            _outputPadding, Settings.Groups, windows.Dilation);
    }
}
