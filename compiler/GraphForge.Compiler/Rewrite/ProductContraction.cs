using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>Recognises Σ a·b over broadcast operands as a matrix product.</summary>
internal static class ProductContraction
{
    /// <summary>
    /// The contraction that <paramref name="node"/> is, where every summed axis is in both factors and each factor has an
    /// axis that the other repeats along. Without those the product is no larger than a factor, and a fused row reduction
    /// is as good.
    /// </summary>
    public static Node? Find(Sum sum, Node node)
    {
        var product = node.Inputs[0];
        if (product.Op is not Multiply) return null;
        var (left, right) = (Factor(product.Inputs[0]), Factor(product.Inputs[1]));
        var (leftAxes, rightAxes) = (UnitAxes.Proper(left.Shape), UnitAxes.Proper(right.Shape));
        var output = UnitAxes.Proper(product.Shape).Except(sum.Axes).ToArray();
        if (sum.Axes.Any(a => product.Shape[a].Is(1) || !leftAxes.Contains(a) || !rightAxes.Contains(a))) return null;
        if (!output.Except(rightAxes).Any() || !output.Except(leftAxes).Any()) return null;
        if (output.Except(leftAxes).Except(rightAxes).Any()) return null;
        var contraction = new Contraction(leftAxes, rightAxes, output);
        return Node.Of(contraction, Squeeze(left), Squeeze(right)).Reshape(node.Shape);
    }

    /// <summary>The factor before it was repeated.</summary>
    private static Node Factor(Node node) => node.Op is Expand ? node.Inputs[0] : node;

    private static Node Squeeze(Node node) => node.Reshape(Shape.Of(node.Shape.Where(d => !d.Is(1))));
}
