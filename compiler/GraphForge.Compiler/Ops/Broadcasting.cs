using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>NumPy's rules for operands of unlike shapes, and axes counted from the end.</summary>
internal static class Broadcasting
{
    /// <summary>
    /// The shape both operands broadcast to: aligned at the last axis, each pair of extents equal or one of them 1. A symbolic
    /// extent equals only itself.
    /// </summary>
    public static Shape Common(string name, TensorType left, TensorType right)
    {
        var dims = new Dim[Math.Max(left.Rank, right.Rank)];
        for (var fromEnd = 1; fromEnd <= dims.Length; fromEnd++)
        {
            Dim a = fromEnd <= left.Rank ? left.Shape[left.Rank - fromEnd] : 1;
            Dim b = fromEnd <= right.Rank ? right.Shape[right.Rank - fromEnd] : 1;
            if (a != b && !a.Is(1) && !b.Is(1))
                throw new GraphException(ErrorCode.ShapeMismatch,
                    $"{name} cannot broadcast {left} with {right}: axis {-fromEnd} has extents {a} and {b}, and neither is 1; " +
                    "reshape or permute one operand.");
            dims[^fromEnd] = a.Is(1) ? b : a;
        }
        return new Shape(dims);
    }

    /// <summary>Applies a strict elementwise op after expanding both operands.</summary>
    public static Node Apply(Op op, Node left, Node right)
    {
        if (left.Type.DType != right.Type.DType)
            throw new GraphException(ErrorCode.WrongDType,
                $"{op.Name} needs operands of one element type, got {left.Type} and {right.Type}; cast one of them.");
        if (left.Shape == right.Shape) return Node.Of(op, left, right);
        var shape = Common(op.Name, left.Type, right.Type);
        return Node.Of(op, left.ExpandTo(shape), right.ExpandTo(shape));
    }

    public static Node Apply(Op op, Node left, double right) => Node.Of(op, left, Like(op, right, left));

    public static Node Apply(Op op, double left, Node right) => Node.Of(op, Like(op, left, right), right);

    /// <summary>A literal of the model's text as a tensor of the other operand's type.</summary>
    private static Node Like(Op op, double value, Node other)
    {
        var type = other.Type.DType;
        if (!type.IsFloat() && Graph.Scalar.Of(type, value).AsDouble != value)
            throw new GraphException(ErrorCode.WrongDType,
                $"{op.Name} of {other.Type} and the number {value}: {type.ToString().ToLowerInvariant()} cannot hold it; " +
                "cast the tensor.");
        return Nodes.Full(other.Shape, type, value);
    }

    /// <summary><paramref name="axis"/>, counted from the end if negative, as 0..rank−1.</summary>
    public static int Axis(string name, int axis, TensorType type)
    {
        if (axis < -type.Rank || axis >= type.Rank)
            throw new GraphException(ErrorCode.BadAxis,
                $"{name} has no axis {axis} in {type}; {OperandRules.AxisRange(type.Rank)}.");
        return axis < 0 ? axis + type.Rank : axis;
    }

    /// <summary>Axes as 0..rank−1, ascending; all of them for null.</summary>
    public static EquatableArray<int> Axes(string name, IReadOnlyList<int>? axes, TensorType type)
    {
        if (axes is null) return Enumerable.Range(0, type.Rank).ToEquatable();
        var sorted = axes.Select(a => Axis(name, a, type)).Order().ToEquatable();
        if (sorted.Distinct().Count() != sorted.Count)
            throw new GraphException(ErrorCode.BadAxis, $"{name} of {type} names an axis twice: [{string.Join(", ", axes)}].");
        return sorted;
    }
}
