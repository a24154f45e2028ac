using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <content>Convolution and its transpose over one, two and three spatial axes.</content>
public static partial class Functional
{
    /// <summary>Cross-correlation: input [N, C, L], weight [O, C / groups, k], bias [O] → [N, O, L']; see <see cref="Conv2d"/>.</summary>
    /// <exception cref="GraphException">The operands do not fit the settings or each other.</exception>
    public static Tensor Conv1d(Tensor input, Tensor weight, Tensor? bias = null,
        int stride = 1, ConvolutionPadding padding = default, int dilation = 1, int groups = 1) =>
        Convolve("conv1d", input, weight, bias, [stride], padding, [dilation], groups);

    /// <summary>
    /// Cross-correlation: input [N, C, H, W], weight [O, C / groups, kH, kW], bias [O] → [N, O, H', W'] with
    /// H' = ⌊(H + 2·padding − dilation·(kH − 1) − 1) / stride⌋ + 1.
    /// </summary>
    /// <exception cref="GraphException">The operands do not fit the settings or each other.</exception>
    public static Tensor Conv2d(Tensor input, Tensor weight, Tensor? bias = null,
        Size2d? stride = null, ConvolutionPadding padding = default, Size2d? dilation = null, int groups = 1) =>
        Convolve("conv2d", input, weight, bias, (stride ?? 1).Extents, padding, (dilation ?? 1).Extents, groups);

    /// <summary>
    /// Cross-correlation: input [N, C, D, H, W], weight [O, C / groups, kD, kH, kW], bias [O] → [N, O, D', H', W']; see
    /// <see cref="Conv2d"/>.
    /// </summary>
    /// <exception cref="GraphException">The operands do not fit the settings or each other.</exception>
    public static Tensor Conv3d(Tensor input, Tensor weight, Tensor? bias = null,
        Size3d? stride = null, ConvolutionPadding padding = default, Size3d? dilation = null, int groups = 1) =>
        Convolve("conv3d", input, weight, bias, (stride ?? 1).Extents, padding, (dilation ?? 1).Extents, groups);

    /// <summary>
    /// Transpose of <see cref="Conv1d"/>: input [N, C, L], weight [C, O / groups, k], bias [O] → [N, O, L']; see
    /// <see cref="ConvTranspose2d"/>.
    /// </summary>
    /// <exception cref="GraphException">The operands do not fit the settings or each other.</exception>
    public static Tensor ConvTranspose1d(Tensor input, Tensor weight, Tensor? bias = null,
        int stride = 1, int padding = 0, int outputPadding = 0, int groups = 1, int dilation = 1) =>
        ConvolveTransposed("convTranspose1d", input, weight, bias, [stride], [padding], [outputPadding], groups, [dilation]);

    /// <summary>
    /// Transpose of <see cref="Conv2d"/>: each input element adds its multiple of the kernel to the output. Input [N, C, H, W],
    /// weight [C, O / groups, kH, kW], bias [O] → [N, O, H', W'] with
    /// H' = (H − 1)·stride − 2·padding + dilation·(kH − 1) + outputPadding + 1.
    /// </summary>
    /// <exception cref="GraphException">The operands do not fit the settings or each other.</exception>
    public static Tensor ConvTranspose2d(Tensor input, Tensor weight, Tensor? bias = null, Size2d? stride = null,
        Size2d padding = default, Size2d outputPadding = default, int groups = 1, Size2d? dilation = null) =>
        ConvolveTransposed("convTranspose2d", input, weight, bias,
            (stride ?? 1).Extents, padding.Extents, outputPadding.Extents, groups, (dilation ?? 1).Extents);

    /// <summary>
    /// Transpose of <see cref="Conv3d"/>: input [N, C, D, H, W], weight [C, O / groups, kD, kH, kW], bias [O] →
    /// [N, O, D', H', W']; see <see cref="ConvTranspose2d"/>.
    /// </summary>
    /// <exception cref="GraphException">The operands do not fit the settings or each other.</exception>
    public static Tensor ConvTranspose3d(Tensor input, Tensor weight, Tensor? bias = null, Size3d? stride = null,
        Size3d padding = default, Size3d outputPadding = default, int groups = 1, Size3d? dilation = null) =>
        ConvolveTransposed("convTranspose3d", input, weight, bias,
            (stride ?? 1).Extents, padding.Extents, outputPadding.Extents, groups, (dilation ?? 1).Extents);

    internal static Tensor Convolve(string name, Tensor input, Tensor weight, Tensor? bias, EquatableArray<long> stride,
        ConvolutionPadding padding, EquatableArray<long> dilation, int groups)
    {
        var windows = padding.Windows(Kernel(name, input, weight, stride.Count), stride, dilation, out var problem);
        if (problem is not null) throw new GraphException(ErrorCode.BadAttribute, $"{name} {problem}");
        var geometry = new ConvolutionGeometry(stride, windows.PadLow, windows.PadHigh, dilation, groups);
        return Biased(new Tensor(Convolutions.Convolve(input.Node, weight.Node, geometry)), bias);
    }

    internal static Tensor ConvolveTransposed(string name, Tensor input, Tensor weight, Tensor? bias, EquatableArray<long> stride,
        EquatableArray<long> padding, EquatableArray<long> outputPadding, int groups, EquatableArray<long> dilation)
    {
        var windows = new WindowGeometry(Kernel(name, input, weight, stride.Count), stride, padding, padding, dilation);
        var extents = SpatialAxes.Transposed(windows, input.Shape, outputPadding);
        if (extents.Any(e => e.IsBound && e.Value < 1) || outputPadding.Any(p => p < 0))
            throw new GraphException(ErrorCode.BadAttribute, $"{name} of {input.Node.Type} and weights {weight.Shape} with padding " +
                $"{SpatialAxes.Text(padding)} gives no output: its extents are [{string.Join(", ", extents)}]; pad less.");
        // Output padding takes back some of the padding at the end; what it adds beyond that, no window reaches.
        var padHigh = padding.Zip(outputPadding, (p, more) => Math.Max(0, p - more)).ToEquatable();
        var beyond = padding.Zip(outputPadding, (p, more) => Math.Max(0, more - p)).ToArray();
        var geometry = new ConvolutionGeometry(stride, padding, padHigh, dilation, groups);
        var result = Convolutions.ConvolveTransposed(
            input.Node, weight.Node, geometry, [input.Shape[0], weight.Shape[1] * groups, .. extents.Zip(beyond, (e, b) => e - b)]);
        for (var axis = 0; axis < beyond.Length; axis++) result = result.Pad(axis + 2, 0, beyond[axis]);
        return Biased(new Tensor(result), bias);
    }

    private static EquatableArray<long> Kernel(string name, Tensor input, Tensor weight, int spatialRank)
    {
        if (input.Rank != spatialRank + 2 || weight.Rank != spatialRank + 2 || weight.Shape.Skip(2).Any(d => !d.IsBound))
            throw new GraphException(ErrorCode.ShapeMismatch, $"{name} takes an input {SpatialAxes.Layout(spatialRank, "C")} and " +
                $"weights of {spatialRank + 2} axes, the last of them the kernel, got {input.Node.Type} and {weight.Node.Type}.");
        return weight.Shape.Skip(2).Select(d => d.Value).ToEquatable();
    }

    private static Tensor Biased(Tensor output, Tensor? bias) =>
        bias is null ? output : output + SpatialAxes.PerChannel(bias, output.Rank - 2);
}
