using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>
/// Normalisation: elements less their mean, divided by √(variance + eps) with the biased variance, then multiplied by a weight
/// and shifted by a bias where these are given.
/// </content>
public static partial class Functional
{
    /// <summary>
    /// Each channel of [N, C, …] normalised while training by its own mean and variance over all other axes, else by the running
    /// ones. Nothing is updated here; <see cref="BatchNorm2d"/> keeps running statistics. All operands but the input are [C].
    /// </summary>
    /// <exception cref="GraphException">Shapes do not fit, or a statistic that is needed is missing.</exception>
    public static Tensor BatchNorm(Tensor input, Tensor? runningMean, Tensor? runningVar, Tensor? weight = null, Tensor? bias = null,
        bool training = false, double eps = 1e-5)
    {
        CheckChannels("batchNorm", input, 2, runningMean, runningVar, weight, bias);
        var moments = training
            ? Moments.OfChannels(input, "batchNorm", SourceLocation.Capture())
            : Running("batchNorm", input, runningMean, runningVar);
        return PerChannel(input, moments, eps, weight, bias);
    }

    /// <summary>
    /// Each channel of each sample of [N, C, spatial…] normalised by its own mean and variance, or by the running ones without
    /// <paramref name="useInputStats"/>. All operands but the input are [C].
    /// </summary>
    /// <exception cref="GraphException">Shapes do not fit, or a statistic that is needed is missing.</exception>
    public static Tensor InstanceNorm(Tensor input, Tensor? runningMean = null, Tensor? runningVar = null, Tensor? weight = null,
        Tensor? bias = null, bool useInputStats = true, double eps = 1e-5)
    {
        CheckChannels("instanceNorm", input, 3, runningMean, runningVar, weight, bias);
        var moments = useInputStats
            ? Moments.Of(input, SpatialAxes.Of(input))
            : Running("instanceNorm", input, runningMean, runningVar);
        return PerChannel(input, moments, eps, weight, bias);
    }

    /// <summary>The last axes, of extents <paramref name="normalizedShape"/>, normalised together; weight and bias are of that shape.</summary>
    /// <exception cref="GraphException">The input does not end in the shape, or weight or bias are not of it.</exception>
    public static Tensor LayerNorm(
        Tensor input, Shape normalizedShape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
    {
        var axes = NormalisedAxes("layerNorm", input, normalizedShape, weight, bias);
        return Affine(Moments.Of(input, axes).Normalise(input, eps), weight, bias).RoundedLike(input);
    }

    /// <summary>
    /// input / √(mean of input² + eps) · weight over the last axes, of extents <paramref name="normalizedShape"/>
    /// (Zhang, Sennrich 2019); without <paramref name="eps"/> the machine epsilon of the input's type.
    /// </summary>
    /// <exception cref="GraphException">The input does not end in the shape, or the weight is not of it.</exception>
    public static Tensor RmsNorm(Tensor input, Shape normalizedShape, Tensor? weight = null, double? eps = null)
    {
        var axes = NormalisedAxes("rmsNorm", input, normalizedShape, weight, null);
        var epsilon = eps ?? input.DType switch
        {
            DType.Float64 => Math.ScaleB(1, -52),
            DType.Float16 => Math.ScaleB(1, -10),
            DType.BFloat16 => Math.ScaleB(1, -7),
            _ => Math.ScaleB(1, -23),
        };
        return input.RoundedOnce(x => Affine(x / (x.Square().Mean(axes, keepDim: true) + epsilon).Sqrt(), weight, null));
    }

    /// <summary>
    /// Each of <paramref name="numGroups"/> groups of channels of each sample of [N, C, …] normalised by its own mean and variance
    /// (Wu, He 2018); weight and bias are [C].
    /// </summary>
    /// <exception cref="GraphException">The groups do not divide the channels, or weight or bias do not fit them.</exception>
    public static Tensor GroupNorm(
        Tensor input, int numGroups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
    {
        CheckChannels("groupNorm", input, 2, weight, bias);
        if (numGroups < 1 || !input.Shape[1].TryDivide(numGroups, out var channels))
            throw new GraphException(ErrorCode.BadAttribute,
                $"groupNorm needs groups that divide the {input.Shape[1]} channels of {input.Node.Type}, got {numGroups}.");
        var size = input.Shape.Skip(2).Aggregate(channels, (product, extent) => product * extent);
        var grouped = input.Reshape(input.Shape[0], numGroups, size);
        var normal = Moments.Of(grouped, [2]).Normalise(grouped, eps).Reshape([.. input.Shape]);
        return Affine(normal, Broadcast(weight, normal), Broadcast(bias, normal)).RoundedLike(input);
    }

    /// <summary>
    /// input / (k + alpha · mean of input² over <paramref name="size"/> neighbouring channels)^beta, zeros beyond the first and
    /// last channel (Krizhevsky, Sutskever, Hinton 2012).
    /// </summary>
    /// <exception cref="GraphException">The input has no channels and positions, or the size is less than 1.</exception>
    public static Tensor LocalResponseNorm(Tensor input, int size, double alpha = 1e-4, double beta = 0.75, double k = 1)
    {
        if (input.Rank < 3 || size < 1)
            throw new GraphException(ErrorCode.BadAttribute,
                $"localResponseNorm takes [N, C, …] of at least 3 axes and a size of at least 1, got {input.Node.Type} and {size}.");
        var flat = input.Widened().Flatten(2);
        var windows = new WindowGeometry([size, 1], [1, 1], [size / 2, 0], [(size - 1) / 2, 0], [1, 1]);
        var mean = new Tensor(Node.Of(new WindowSum(windows), flat.Square().Node)) / size;
        return (flat / (mean * alpha + k).Pow(beta)).Reshape([.. input.Shape]).RoundedLike(input);
    }

    private static Moments Running(string name, Tensor input, Tensor? mean, Tensor? variance) =>
        mean is not null && variance is not null
            ? new(SpatialAxes.PerChannel(mean, input.Rank - 2), SpatialAxes.PerChannel(variance, input.Rank - 2))
            : throw new GraphException(ErrorCode.BadAttribute,
                $"{name} needs a running mean and variance where it does not use those of its input.");

    /// <summary>[N, C, …] normalised with moments of channels, then scaled and shifted.</summary>
    internal static Tensor PerChannel(Tensor input, Moments moments, double eps, Tensor? weight, Tensor? bias) =>
        Affine(moments.Normalise(input, eps, Broadcast(weight, input)), null, Broadcast(bias, input)).RoundedLike(input);

    private static Tensor? Broadcast(Tensor? channels, Tensor input) =>
        channels is null ? null : SpatialAxes.PerChannel(channels, input.Rank - 2);

    private static Tensor Affine(Tensor normal, Tensor? weight, Tensor? bias)
    {
        var scaled = weight is null ? normal : normal * weight;
        return bias is null ? scaled : scaled + bias;
    }

    private static int[] NormalisedAxes(string name, Tensor input, Shape shape, params ReadOnlySpan<Tensor?> affine)
    {
        var fits = shape.Rank >= 1 && input.Rank >= shape.Rank && input.Shape.TakeLast(shape.Rank).SequenceEqual(shape);
        foreach (var tensor in affine) fits &= tensor is null || tensor.Shape == shape;
        return fits ? [.. Enumerable.Range(input.Rank - shape.Rank, shape.Rank)] : throw new GraphException(ErrorCode.ShapeMismatch,
            $"{name} over {shape} takes an input [..., {string.Join(", ", shape)}] and weights of that shape, got {Types([input, .. affine])}.");
    }

    private static void CheckChannels(string name, Tensor input, int leastRank, params ReadOnlySpan<Tensor?> perChannel)
    {
        var fits = input.Rank >= leastRank && input.DType.IsFloat();
        foreach (var tensor in perChannel) fits = fits && (tensor is null || tensor.Rank == 1 && tensor.Shape[0] == input.Shape[1]);
        if (!fits)
            throw new GraphException(ErrorCode.ShapeMismatch, $"{name} takes floats [N, C, …] of at least {leastRank} axes and " +
                $"one value a channel in its other operands, got {Types([input, .. perChannel])}.");
    }

    private static string Types(ReadOnlySpan<Tensor?> operands)
    {
        var types = new List<string>();
        foreach (var operand in operands)
            if (operand is not null) types.Add(operand.Node.Type.ToString());
        return string.Join(", ", types);
    }
}
