using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Ops;

/// <summary>The elements in row-major order under another shape of as many elements.</summary>
public sealed record Reshape(Shape Shape) : MovementOp
{
    public override string Attributes => Shape.ToString();

    protected override Shape Result(TensorType operand) => Shape.Size == operand.Shape.Size
        ? Shape
        : throw new GraphException(ErrorCode.ShapeMismatch,
            $"reshape cannot turn {operand}, which has {operand.Shape.Size} elements, into {Shape}, which has {Shape.Size}; " +
            "the numbers of elements must agree.");

    protected override Node Transpose(Node operand, Node cotangent) => cotangent.Reshape(operand.Shape);

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        if (node.Shape.Size.Is(0)) return Nothing(node);
        var linear = IndexExpr.Linear(index, node.Shape.Strides());
        return operands.Read(0, IndexExpr.Unravel(linear, node.Inputs[0].Shape.Values));
    }

    protected override long[] Source(TensorType operand, TensorType result, long[] index)
    {
        long linear = 0;
        for (var axis = 0; axis < index.Length; axis++) linear = linear * result.Shape[axis].Value + index[axis];
        var source = new long[operand.Rank];
        for (var axis = operand.Rank - 1; axis >= 0; axis--)
            (linear, source[axis]) = Math.DivRem(linear, operand.Shape[axis].Value);
        return source;
    }

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => new Reshape(Shape.Bind(values));
}

/// <summary>Axis i of the result is axis <c>Axes[i]</c> of the operand.</summary>
public sealed record Permute(EquatableArray<int> Axes) : MovementOp
{
    public override string Attributes => $"axes={Axes}";

    /// <summary>The permutation that undoes this one.</summary>
    public EquatableArray<int> Inverse
    {
        get
        {
            var inverse = new int[Axes.Count];
            for (var i = 0; i < inverse.Length; i++) inverse[Axes[i]] = i;
            return inverse;
        }
    }

    protected override Shape Result(TensorType operand)
    {
        if (!Axes.Order().SequenceEqual(Enumerable.Range(0, operand.Rank)))
            throw new GraphException(ErrorCode.BadAxis,
                $"permute of {operand} needs each of its {operand.Rank} axes once, got {Axes}.");
        return Shape.Of(Axes.Select(a => operand.Shape[a]));
    }

    protected override Node Transpose(Node operand, Node cotangent) => Node.Of(new Permute(Inverse), cotangent);

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var source = new IndexExpr[index.Length];
        for (var i = 0; i < index.Length; i++) source[Axes[i]] = index[i];
        return operands.Read(0, source);
    }

    protected override long[] Source(TensorType operand, TensorType result, long[] index)
    {
        var source = new long[index.Length];
        for (var i = 0; i < index.Length; i++) source[Axes[i]] = index[i];
        return source;
    }
}

/// <summary>Repeats axes of extent 1 up to the extents of a shape of the same rank.</summary>
public sealed record Expand(Shape Shape) : MovementOp
{
    public override string Attributes => Shape.ToString();

    protected override Shape Result(TensorType operand)
    {
        OperandRules.Rank(this, Shape.Rank, "extent", operand);
        for (var axis = 0; axis < Shape.Rank; axis++)
            if (operand.Shape[axis] != Shape[axis] && !operand.Shape[axis].Is(1))
                throw new GraphException(ErrorCode.ShapeMismatch,
                    $"expand cannot turn {operand} into {Shape}: axis {axis} has extent {operand.Shape[axis]}, and only " +
                    "extent 1 can grow.");
        return Shape;
    }

    protected override Node Transpose(Node operand, Node cotangent) => cotangent.SumTo(operand.Shape);

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) =>
        operands.Read(0, index.Select((i, axis) => node.Inputs[0].Shape[axis].Is(1) ? IndexExpr.Zero : i).ToArray());

    protected override long[] Source(TensorType operand, TensorType result, long[] index) =>
        index.Select((i, axis) => operand.Shape[axis].Is(1) ? 0 : i).ToArray();

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => new Expand(Shape.Bind(values));
}

/// <summary>Reverses the order along some axes.</summary>
public sealed record Flip(EquatableArray<int> Axes) : MovementOp
{
    public override string Attributes => $"axes={Axes}";

    protected override Shape Result(TensorType operand)
    {
        OperandRules.Axes(this, Axes, operand);
        return operand.Shape;
    }

    protected override Node Transpose(Node operand, Node cotangent) => Node.Of(this, cotangent);

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) => operands.Read(0, index
        .Select((i, axis) => Axes.Contains(axis) ? (IndexExpr)(node.Shape[axis].Value - 1) - i : i).ToArray());

    protected override long[] Source(TensorType operand, TensorType result, long[] index) =>
        index.Select((i, axis) => Axes.Contains(axis) ? operand.Shape[axis].Value - 1 - i : i).ToArray();
}
