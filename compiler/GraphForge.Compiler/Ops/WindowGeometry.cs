using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Windows that slide over the trailing axes of a tensor, one entry of each array an axis. Window p of an axis covers the
/// positions p·stride + k·dilation − padLow for k in 0..kernel-1; positions outside the tensor are padding. There are as
/// many windows as fit: ⌊(extent + padLow + padHigh − dilation·(kernel − 1) − 1) / stride⌋ + 1.
/// </summary>
/// <param name="Kernel">Positions a window covers, at least 1.</param>
/// <param name="Stride">Distance between windows, at least 1.</param>
/// <param name="PadLow">Padding before the first element, not negative.</param>
/// <param name="PadHigh">Padding after the last element, not negative.</param>
/// <param name="Dilation">Distance between the positions of one window, at least 1.</param>
public sealed record WindowGeometry(
    EquatableArray<long> Kernel,
    EquatableArray<long> Stride,
    EquatableArray<long> PadLow,
    EquatableArray<long> PadHigh,
    EquatableArray<long> Dilation)
{
    /// <summary>Number of trailing axes that windows slide over.</summary>
    public int Rank => Kernel.Count;

    /// <summary>Number of positions in one window.</summary>
    public long Positions => Kernel.Aggregate(1L, (a, b) => checked(a * b));

    /// <summary>Windows of one extent in every axis; the stride is the kernel unless given.</summary>
    public static WindowGeometry Of(EquatableArray<long> kernel, long? stride = null, long padding = 0, long dilation = 1) => new(
        kernel,
        kernel.Select(k => stride ?? k).ToEquatable(),
        kernel.Select(_ => padding).ToEquatable(),
        kernel.Select(_ => padding).ToEquatable(),
        kernel.Select(_ => dilation).ToEquatable());

    /// <summary>Extents from the first to the last position of a window.</summary>
    public long Reach(int axis) => checked(Dilation[axis] * (Kernel[axis] - 1) + 1);

    /// <summary>
    /// Whether no element lies in two windows of this axis, so that window and position follow from the element alone.
    /// </summary>
    public bool IsDisjoint(int axis) => Dilation[axis] == 1 && Stride[axis] >= Kernel[axis];

    /// <summary><paramref name="input"/> with each trailing extent replaced by its number of windows.</summary>
    /// <param name="op">The op in whose name errors are reported.</param>
    /// <param name="input">At least <see cref="Rank"/> axes; those under windows of stride other than 1 must be bound.</param>
    /// <exception cref="GraphException">An attribute is out of range, or no window fits.</exception>
    public Shape OutputShape(Op op, Shape input)
    {
        CheckAttributes(op);
        if (input.Rank < Rank)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{op} slides over {Rank} trailing axes, but its operand is {input}; " +
                $"reshape the operand to rank {Rank} or more.");
        var leading = input.Rank - Rank;
        return Shape.Of(input.Select((extent, axis) => axis < leading ? extent : Windows(op, input, axis - leading, extent)));
    }

    public override string ToString()
    {
        var parts = new List<string> { $"kernel={Kernel}" };
        if (Stride.Any(s => s != 1)) parts.Add($"stride={Stride}");
        if (PadLow.Concat(PadHigh).Any(p => p != 0)) parts.Add(PadLow == PadHigh ? $"pad={PadLow}" : $"pad={PadLow}..{PadHigh}");
        if (Dilation.Any(d => d != 1)) parts.Add($"dilation={Dilation}");
        return string.Join(", ", parts);
    }

    private Dim Windows(Op op, Shape input, int axis, Dim extent)
    {
        var padded = extent + PadLow[axis] + PadHigh[axis];
        if (!extent.IsBound)
            return Stride[axis] == 1
                ? padded - (Reach(axis) - 1)
                : throw new GraphException(ErrorCode.SymbolicDim,
                    $"{op} has stride {Stride[axis]} over the symbolic extent {extent} of {input}, and so no exact number of " +
                    "windows; give the extent as an integer or use stride 1.");
        if (Reach(axis) > padded.Value)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{op} has windows that reach over {Reach(axis)} elements, but spatial axis {axis} of {input} has {padded} " +
                "with padding; use a smaller kernel or dilation, or more padding.");
        return (padded.Value - Reach(axis)) / Stride[axis] + 1;
    }

    private void CheckAttributes(Op op)
    {
        Check(op, nameof(Kernel), Kernel, 1);
        Check(op, nameof(Stride), Stride, 1);
        Check(op, nameof(PadLow), PadLow, 0);
        Check(op, nameof(PadHigh), PadHigh, 0);
        Check(op, nameof(Dilation), Dilation, 1);
    }

    private void Check(Op op, string name, EquatableArray<long> values, long least)
    {
        var words = name.StartsWith("Pad", StringComparison.Ordinal) ? "padding" : name.ToLowerInvariant();
        if (values.Count != Rank)
            throw new GraphException(ErrorCode.BadAttribute,
                $"{op} needs one {words} for each of {Rank} spatial axes, but got {values}.");
        if (values.Any(v => v < least))
            throw new GraphException(ErrorCode.BadAttribute,
                $"{op} needs every {words} to be at least {least}, but got {values}.");
    }
}
