using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Merges reductions and takes movement out of them. Maxima and minima stay exact; sums and products of floats agree up to
/// the rounding of a different order of the same terms.
/// </summary>
public static class ReductionRules
{
    public static IReadOnlyList<RewriteRule> Rules { get; } =
    [
        RewriteRule.On<ReductionOp>("reduce of no axes → x", (op, node) => op.Axes.Count == 0 ? node.Inputs[0] : null),
        RewriteRule.On<ReductionOp>("reduce of axes of extent 1 → reshape", DropUnitAxes),
        RewriteRule.On<ReductionOp>("reduce of a reduce → one reduce", Merge),
        RewriteRule.On<ReductionOp>("reduce of a permute → permute of a reduce", PullPermute),
        RewriteRule.On<ReductionOp>("reduce of a unit reshape → reshape of a reduce", PullReshape),
        RewriteRule.On<ReductionOp>("reduce of a whole reshape → reduce of its operand", (op, node) =>
            node.Inputs[0].Op is Reshape && op.Axes.Count == node.Inputs[0].Shape.Rank
                ? Node.Of(WithAxes(op, Enumerable.Range(0, node.Inputs[0].Inputs[0].Shape.Rank)), node.Inputs[0].Inputs[0])
                : null),
        RewriteRule.On<ReductionOp>("reduce of an expand → expand of a reduce", PullExpand),
        RewriteRule.On<Sum>("sum(-x) → -sum(x)", (op, node) =>
            node.Inputs[0].Op is Negate ? -Node.Of(op, node.Inputs[0].Inputs[0]) : null),
        RewriteRule.On<ArgReductionOp>("position in an axis of extent 1 → 0", (op, node) =>
            node.Inputs[0].Shape[op.Axis].Is(1) ? UniformValue.Like(node, 0) : null),
    ];

    private static ReductionOp WithAxes(ReductionOp op, IEnumerable<int> axes) => op with { Axes = axes.Order().ToEquatable() };

    private static Node Apply(ReductionOp op, Node operand, IEnumerable<int> axes)
    {
        var reduced = WithAxes(op, axes);
        return reduced.Axes.Count == 0 ? operand : Node.Of(reduced, operand);
    }

    private static Node? DropUnitAxes(ReductionOp op, Node node)
    {
        var operand = node.Inputs[0];
        var proper = op.Axes.Where(a => !operand.Shape[a].Is(1)).ToArray();
        return proper.Length == op.Axes.Count ? null : Apply(op, operand, proper).Reshape(node.Shape);
    }

    private static Node? Merge(ReductionOp op, Node node)
    {
        if (node.Inputs[0].Op is not ReductionOp inner || inner.GetType() != op.GetType()) return null;
        var operand = node.Inputs[0].Inputs[0];
        var kept = Enumerable.Range(0, operand.Shape.Rank).Except(inner.Axes).ToArray();
        return Apply(op, operand, op.Axes.Select(a => kept[a]).Concat(inner.Axes));
    }

    private static Node? PullPermute(ReductionOp op, Node node)
    {
        if (node.Inputs[0].Op is not Permute permute) return null;
        var axes = op.Axes.Select(a => permute.Axes[a]).Order().ToArray();
        // Kept axes close up: each moves down by the number of reduced axes before it.
        var order = permute.Axes.Where(a => !axes.Contains(a)).Select(a => a - axes.Count(r => r < a));
        return Apply(op, node.Inputs[0].Inputs[0], axes).Permute([.. order]);
    }

    private static Node? PullReshape(ReductionOp op, Node node)
    {
        var reshape = node.Inputs[0];
        if (!UnitAxes.IsReshape(reshape) || op.Axes.Any(a => reshape.Shape[a].Is(1))) return null;
        var map = UnitAxes.Map(reshape.Inputs[0].Shape, reshape.Shape);
        return Apply(op, reshape.Inputs[0], op.Axes.Select(a => map[a])).Reshape(node.Shape);
    }

    /// <summary>
    /// Repeated axes that stay are repeated afterwards. Of those reduced away an extreme needs one copy, and a sum that many
    /// times its terms, where the number is exact in the element type and the product is not rounded a second time to 16 bits.
    /// </summary>
    private static Node? PullExpand(ReductionOp op, Node node)
    {
        if (node.Inputs[0].Op is not Expand || op is Product) return null;
        var (source, expanded) = (node.Inputs[0].Inputs[0], node.Inputs[0].Shape);
        var copies = op.Axes.Where(a => source.Shape[a].Is(1)).Aggregate((Dim)1, (n, a) => n * expanded[a]);
        if (!copies.IsBound || copies.Value < 1) return null;
        var count = Scalar.Of(node.Type.DType, copies.Value);
        if (op is Sum && copies.Value > 1 && (node.Type.DType.IsHalf() || count.AsDouble != copies.Value && node.Type.DType.IsFloat()))
            return null;
        var small = Node.Of(op, source);
        if (op is Sum && copies.Value > 1) small = Node.Of(new Multiply(), small, UniformValue.Of(small.Shape, count));
        return small.ExpandTo(node.Shape);
    }
}
