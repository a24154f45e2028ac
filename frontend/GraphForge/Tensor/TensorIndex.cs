using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <summary>One entry of a tensor's indexer: a position, which drops the axis, or a range, which keeps it.</summary>
public readonly struct TensorIndex
{
    private readonly Range _range;

    private TensorIndex(Range range, bool dropsAxis) => (_range, DropsAxis) = (range, dropsAxis);

    internal bool DropsAxis { get; }

    /// <summary>A negative position counts from the end, -1 being the last.</summary>
    public static implicit operator TensorIndex(int index) => new Index(Math.Abs(index), fromEnd: index < 0);

    public static implicit operator TensorIndex(Index index) => new(index..index, dropsAxis: true);

    public static implicit operator TensorIndex(Range range) => new(range, dropsAxis: false);

    /// <summary>First position and number of positions along an axis.</summary>
    internal (Dim Start, Dim Length) Resolve(TensorType type, int axis)
    {
        var extent = type.Shape[axis];
        var start = Offset(_range.Start, extent);
        var length = DropsAxis ? 1 : Offset(_range.End, extent) - start;
        var end = start + length;
        if (start.IsBound && start.Value < 0 || length.IsBound && length.Value < 0 ||
            end.IsBound && extent.IsBound && end.Value > extent.Value)
            throw new GraphException(ErrorCode.BadAxis,
                $"index: {(DropsAxis ? _range.Start : _range)} lies outside axis {axis} of {type}.");
        return (start, length);
    }

    private static Dim Offset(Index index, Dim extent) => index.IsFromEnd ? extent - index.Value : index.Value;
}
