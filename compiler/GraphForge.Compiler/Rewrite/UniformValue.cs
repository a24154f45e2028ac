using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Tensors whose elements are all one known number. Their normal form is a scalar constant, reshaped to extents of 1 and
/// expanded: it costs no memory and exists for symbolic shapes too.
/// </summary>
internal static class UniformValue
{
    public static bool TryGet(Node node, out Scalar value)
    {
        while (node.Op is Reshape or Expand or Permute or Flip or Slice) node = node.Inputs[0];
        value = default;
        return node.Op is Constant constant && constant.Value.IsUniform(out value);
    }

    public static bool Is(Node node, double number) => TryGet(node, out var value) && value.AsDouble == number;

    public static Node Of(Shape shape, Scalar value) => Nodes.Constant(Literal.Of(value)).ExpandTo(shape);

    /// <summary><paramref name="number"/> in the type of <paramref name="node"/>.</summary>
    public static Node Like(Node node, double number) => Of(node.Shape, Scalar.Of(node.Type.DType, number));
}
