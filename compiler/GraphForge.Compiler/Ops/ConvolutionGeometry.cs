using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// How a convolution slides its kernel: one entry of each array a spatial axis, any number of them. The layout is
/// x[N, C, spatial…] ∗ w[O, C / groups, kernel…] → y[N, O, windows…], without flipping the kernel (cross-correlation), with
/// windows as in <see cref="WindowGeometry"/>. Output channels of group g see the input channels of group g alone.
/// </summary>
/// <param name="Stride">Distance between windows, at least 1.</param>
/// <param name="PadLow">Zeros before the first element, not negative.</param>
/// <param name="PadHigh">Zeros after the last element, not negative.</param>
/// <param name="Dilation">Distance between the positions of one window, at least 1.</param>
/// <param name="Groups">Number of independent groups of channels, at least 1; divides C and O.</param>
public sealed record ConvolutionGeometry(
    EquatableArray<long> Stride,
    EquatableArray<long> PadLow,
    EquatableArray<long> PadHigh,
    EquatableArray<long> Dilation,
    int Groups)
{
    public int SpatialRank => Stride.Count;

    /// <summary>The same stride, padding and dilation in every spatial axis.</summary>
    public static ConvolutionGeometry Of(
        int spatialRank, long stride = 1, long padding = 0, long dilation = 1, int groups = 1) => new(
        Enumerable.Repeat(stride, spatialRank).ToEquatable(),
        Enumerable.Repeat(padding, spatialRank).ToEquatable(),
        Enumerable.Repeat(padding, spatialRank).ToEquatable(),
        Enumerable.Repeat(dilation, spatialRank).ToEquatable(),
        groups);

    /// <summary>The windows that weights of a bound shape cover.</summary>
    public WindowGeometry Windows(Shape weight) =>
        new(weight.Skip(2).Select(d => d.Value).ToEquatable(), Stride, PadLow, PadHigh, Dilation);

    /// <summary>Shape of the convolution of <paramref name="input"/> with <paramref name="weight"/>.</summary>
    /// <param name="op">The op in whose name errors are reported.</param>
    /// <param name="input">[N, C, spatial…]; N may be symbolic, spatial extents where their stride is 1.</param>
    /// <param name="weight">[O, C / groups, kernel…]; kernel extents bound.</param>
    /// <exception cref="GraphException">The shapes do not fit the geometry or each other.</exception>
    public Shape OutputShape(Op op, Shape input, Shape weight)
    {
        if (Groups < 1)
            throw new GraphException(ErrorCode.BadAttribute, $"{op} needs at least 1 group, but got {Groups}.");
        if (input.Rank != SpatialRank + 2 || weight.Rank != SpatialRank + 2)
            throw Mismatch(op, input, weight,
                $"{SpatialRank} spatial axes need operands of rank {SpatialRank + 2}, [N, C, spatial…] and " +
                "[O, C / groups, kernel…].");
        if (weight.Skip(2).Any(d => !d.IsBound))
            throw new GraphException(ErrorCode.SymbolicDim,
                $"{op} has weights {weight} with a symbolic kernel extent; give the kernel as integers.");
        CheckChannels(op, input, weight);
        var windows = Windows(weight).OutputShape(op, Shape.Of(input.Skip(2)));
        return [input[0], weight[0], .. windows];
    }

    public override string ToString()
    {
        var parts = new List<string> { $"stride={Stride}" };
        if (PadLow.Concat(PadHigh).Any(p => p != 0)) parts.Add(PadLow == PadHigh ? $"pad={PadLow}" : $"pad={PadLow}..{PadHigh}");
        if (Dilation.Any(d => d != 1)) parts.Add($"dilation={Dilation}");
        if (Groups != 1) parts.Add($"groups={Groups}");
        return string.Join(", ", parts);
    }

    private void CheckChannels(Op op, Shape input, Shape weight)
    {
        if (!input[1].TryDivide(Groups, out var channels))
            throw Mismatch(op, input, weight,
                $"{input[1]} input channels are not divisible by {Groups} groups; change the channels or the groups.");
        if (!weight[0].TryDivide(Groups, out _))
            throw Mismatch(op, input, weight,
                $"{weight[0]} output channels are not divisible by {Groups} groups; change the channels or the groups.");
        if (channels != weight[1])
            throw Mismatch(op, input, weight,
                $"the input has {channels} channels a group and the weights take {weight[1]}; " +
                $"make axis 1 of the weights {channels}.");
    }

    private static GraphException Mismatch(Op op, Shape input, Shape weight, string problem) =>
        new(ErrorCode.ShapeMismatch, $"{op} of input {input} and weights {weight}: {problem}");
}
