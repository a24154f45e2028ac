using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>What convolutions and transposed convolutions share: settings, parameters, and the checks of both.</summary>
public abstract class ConvolutionLayer : Module
{
    private protected ConvolutionLayer(int inChannels, int outChannels, ConvolutionSettings settings, bool transposed, bool bias, DType dtype)
    {
        Settings = settings;
        Check(inChannels, outChannels);
        InChannels = inChannels;
        OutChannels = outChannels;
        // As PyTorch counts it, the fan-in of a transposed convolution is that of its weight's second axis too.
        var (rows, columns) = transposed ? (inChannels, outChannels) : (outChannels, inChannels);
        var (perGroup, kernel) = (columns / settings.Groups, settings.Windows.Kernel);
        Weight = new Parameter(Init.KaimingUniform(a: Math.Sqrt(5)), dtype, [rows, perGroup, .. kernel]);
        var bound = 1 / Math.Sqrt((double)perGroup * settings.Windows.Positions);
        Bias = bias ? new Parameter(Init.Uniform(-bound, bound), dtype, outChannels) : null;
    }

    public int InChannels { get; }

    public int OutChannels { get; }

    /// <summary>
    /// [outChannels, inChannels / groups, kernel…]; of a transposed convolution [inChannels, outChannels / groups, kernel…].
    /// </summary>
    public Parameter Weight { get; }

    /// <summary>[outChannels], or null.</summary>
    public Parameter? Bias { get; }

    private protected ConvolutionSettings Settings { get; }

    private protected void CheckInput(Tensor input)
    {
        var spatialRank = Settings.Windows.Rank;
        if (input.Rank == spatialRank + 2 && input.Shape[1].Is(InChannels)) return;
        var remedy = input.Rank == spatialRank + 2
            ? $"make its inChannels {input.Shape[1]}"
            : $"reshape the input to a batch of {SpatialAxes.Samples(spatialRank)} with channels";
        throw Error(ErrorCode.ShapeMismatch,
            $"takes {SpatialAxes.Layout(spatialRank, InChannels)} but was given {input.Shape}; {remedy}.");
    }

    private void Check(int inChannels, int outChannels)
    {
        if (inChannels < 1 || outChannels < 1)
            throw Error(ErrorCode.BadAttribute,
                $"needs at least one channel on both sides but was given {inChannels} → {outChannels}.");
        if (Settings.Problem is { } unfit) throw Error(ErrorCode.BadAttribute, unfit);
        if (Settings.Windows.BadSetting() is { } problem) throw Error(ErrorCode.BadAttribute, problem);
        var groups = Settings.Groups;
        if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0)
            throw Error(ErrorCode.BadAttribute,
                $"needs groups that divide both {inChannels} and {outChannels} channels but was given {groups}.");
    }
}

/// <summary>How a convolution slides, whatever its number of axes.</summary>
/// <param name="Windows">One entry a spatial axis.</param>
/// <param name="Padding">The padding as it was given.</param>
/// <param name="Groups">Independent groups of channels.</param>
/// <param name="Problem">What does not fit in the padding, as the end of a sentence; null if nothing.</param>
internal sealed record ConvolutionSettings(WindowGeometry Windows, ConvolutionPadding Padding, int Groups, string? Problem)
{
    public static ConvolutionSettings Of(EquatableArray<long> kernel, EquatableArray<long> stride, ConvolutionPadding padding,
        EquatableArray<long> dilation, int groups) =>
        new(padding.Windows(kernel, stride, dilation, out var problem), padding, groups, problem);
}
