using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Makes nodes that do not start from one operand.</summary>
public static partial class Nodes
{
    public static Node Input(string label, DType type, Shape shape) => Node.Of(new Input(label, new TensorType(type, shape)));

    public static Node State(StateSlot slot) => Node.Of(new State(slot));

    public static Node Constant(Literal value) => Node.Of(new Constant(value));

    /// <summary>A scalar constant; <paramref name="value"/> rounds or truncates to <paramref name="type"/>.</summary>
    public static Node Scalar(double value, DType type) => Constant(Literal.Of(Graph.Scalar.Of(type, value)));

    /// <summary>A tensor whose elements are all <paramref name="value"/>: a scalar constant, reshaped to extents of 1, expanded.</summary>
    public static Node Full(Shape shape, DType type, double value) => Scalar(value, type).ExpandTo(shape);

    /// <summary>An extent as an int64 scalar; <paramref name="rule"/> says what it must be once it is bound.</summary>
    public static Node DimSize(Dim dim, ExtentRule? rule = null) => Node.Of(new DimSize(dim, rule));

    /// <summary>0, 1, …, length − 1.</summary>
    public static Node Iota(Dim length, DType type) => Node.Of(new Iota(length, type));

    /// <summary>Float32 uniform in [0, 1); <paramref name="seed"/> is an int64 scalar.</summary>
    public static Node RandomUniform(Shape shape, long stream, Node seed) => Node.Of(new RandomUniform(shape, stream), seed);

    /// <summary><paramref name="whenTrue"/> where <paramref name="condition"/> (bool) holds, else <paramref name="whenFalse"/>; all three broadcast.</summary>
    public static Node Select(Node condition, Node whenTrue, Node whenFalse)
    {
        var shape = Broadcasting.Common("select", condition.Type,
            whenTrue.Type with { Shape = Broadcasting.Common("select", whenTrue.Type, whenFalse.Type) });
        return Node.Of(new Select(), condition.ExpandTo(shape), whenTrue.ExpandTo(shape), whenFalse.ExpandTo(shape));
    }

    /// <summary>Operands one after another along <paramref name="axis"/>; all other extents agree.</summary>
    public static Node Concat(IReadOnlyList<Node> operands, int axis)
    {
        if (operands.Count == 0) throw new GraphException(ErrorCode.ShapeMismatch, "concat needs at least one operand.");
        var normal = Broadcasting.Axis("concat", axis, operands[0].Type);
        return operands.Count == 1 ? operands[0] : Node.Of(new Concat(normal), operands.ToArray());
    }

    /// <summary>Operands of one shape along a new axis at <paramref name="axis"/> of the result.</summary>
    public static Node Stack(IReadOnlyList<Node> operands, int axis) =>
        Concat(operands.Select(o => o.Unsqueeze(axis)).ToArray(), axis);
}
