using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Windows of <paramref name="Size"/> elements, <paramref name="Dilation"/> apart, one every <paramref name="Step"/> along
/// <paramref name="Axis"/>: their number takes the place of the extent, and their elements are a new last axis. As many windows
/// as fit whole. Element k of window p is element p·step + k·dilation, so that an element may stand in several windows.
/// </summary>
public sealed record SlidingWindows(int Axis, long Size, long Step, long Dilation) : MovementOp
{
    public override string Attributes => $"axis={Axis}, size={Size}, step={Step}{(Dilation == 1 ? "" : $", dilation={Dilation}")}";

    /// <summary>Distance from the first to the last element of a window.</summary>
    private long Reach => checked((Size - 1) * Dilation);

    protected override Shape Result(TensorType operand)
    {
        OperandRules.Axis(this, Axis, operand);
        if (Size < 1 || Step < 1 || Dilation < 1)
            throw new GraphException(ErrorCode.BadAttribute,
                $"slidingWindows of {operand} needs a size, step and dilation of at least 1, got {Size}, {Step} and {Dilation}.");
        return [.. operand.Shape.With(Axis, Count(operand)), Size];
    }

    private Dim Count(TensorType operand)
    {
        var starts = operand.Shape[Axis] - Reach;
        if (!starts.IsBound)
            return Step == 1 ? starts : throw new GraphException(ErrorCode.SymbolicDim,
                $"slidingWindows along axis {Axis} of {operand} cannot count windows {Step} apart on a symbolic extent; " +
                "give the extent as an integer.");
        return starts.Value > 0 ? (starts.Value - 1) / Step + 1 : throw new GraphException(ErrorCode.ShapeMismatch,
            $"slidingWindows along axis {Axis} of {operand} has no room for a window that reaches over {Reach + 1} elements.");
    }

    /// <summary>Each element collects from every window it stands in.</summary>
    protected override Node Transpose(Node operand, Node cotangent)
    {
        var (extent, count) = (operand.Shape[Axis], cotangent.Shape[Axis]);
        var interior = operand.Shape.Select((_, a) => a == Axis ? Step - 1 : 0).ToEquatable();
        Node? sum = null;
        for (long k = 0; k < Size; k++)
        {
            var (low, high) = (k * Dilation, extent - k * Dilation - (count - 1) * Step - 1);
            var part = Node.Of(
                new Pad(Along(operand, low), Along(operand, high), interior, Scalar.Of(operand.Type.DType, 0L)),
                cotangent.Slice(-1, k, 1).Squeeze(-1));
            sum = sum is null ? part : sum + part;
        }
        return sum!;
    }

    private EquatableArray<Dim> Along(Node operand, Dim padding) =>
        operand.Shape.Select((_, axis) => axis == Axis ? padding : 0).ToEquatable();

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var source = index[..^1];
        source[Axis] = index[Axis] * Step + index[^1] * Dilation;
        return operands.Read(0, source);
    }

    protected override long[] Source(TensorType operand, TensorType result, long[] index)
    {
        var source = index[..^1];
        source[Axis] = index[Axis] * Step + index[^1] * Dilation;
        return source;
    }
}
