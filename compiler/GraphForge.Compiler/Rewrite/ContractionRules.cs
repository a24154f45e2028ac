using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Takes movement into the labels of contractions and finds contractions written as sums of products. Floats agree up to
/// the rounding of a different order or grouping of the same terms.
/// </summary>
public static class ContractionRules
{
    public static IReadOnlyList<RewriteRule> Rules { get; } =
    [
        RewriteRule.On<Contraction>("contraction of a permute → other labels", AbsorbPermute),
        RewriteRule.On<Permute>("permute of a contraction → other labels", (op, node) =>
            node.Inputs[0].Op is Contraction inner
                ? Apply(inner.Left, inner.Right, op.Axes.Select(a => inner.Output[a]), node.Inputs[0].Inputs[0], node.Inputs[0].Inputs[1])
                : null),
        RewriteRule.On<Contraction>("contraction with labels of extent 1 → fewer labels", DropUnitLabels),
        RewriteRule.On<Contraction>("contraction of an expand → fewer labels", AbsorbExpand),
        RewriteRule.On<Contraction>("contraction that sums nothing → product", ToProduct),
        RewriteRule.On<Sum>("sum of a contraction → contraction", AbsorbSum),
        RewriteRule.On<Sum>("sum of a product of repeated tensors → contraction", (op, node) => ProductContraction.Find(op, node)),
    ];

    private static Node Apply(
        IEnumerable<int> left, IEnumerable<int> right, IEnumerable<int> output, Node leftOperand, Node rightOperand) =>
        Node.Of(new Contraction(left.ToEquatable(), right.ToEquatable(), output.ToEquatable()), leftOperand, rightOperand);

    private static Node? AbsorbPermute(Contraction op, Node node)
    {
        var (left, right) = (node.Inputs[0], node.Inputs[1]);
        if (left.Op is Permute l) return Apply(Source(op.Left, l), op.Right, op.Output, left.Inputs[0], right);
        if (right.Op is Permute r) return Apply(op.Left, Source(op.Right, r), op.Output, left, right.Inputs[0]);
        return null;

        static IEnumerable<int> Source(EquatableArray<int> labels, Permute permute) => permute.Inverse.Select(a => labels[a]);
    }

    private static Node? DropUnitLabels(Contraction op, Node node)
    {
        var units = new HashSet<int>();
        for (var side = 0; side < 2; side++)
            foreach (var (label, dim) in Labels(op, side).Zip(node.Inputs[side].Shape))
                if (dim.Is(1)) units.Add(label);
        if (units.Count == 0) return null;
        return Apply(
            op.Left.Where(l => !units.Contains(l)), op.Right.Where(l => !units.Contains(l)),
            op.Output.Where(l => !units.Contains(l)), Without(op.Left, node.Inputs[0], units),
            Without(op.Right, node.Inputs[1], units)).Reshape(node.Shape);
    }

    private static Node Without(EquatableArray<int> labels, Node operand, HashSet<int> dropped) => UnitAxes.Squeeze(
        operand, Enumerable.Range(0, labels.Count).Where(a => dropped.Contains(labels[a])).ToArray());

    private static EquatableArray<int> Labels(Contraction op, int side) => side == 0 ? op.Left : op.Right;

    /// <summary>
    /// A label along which one operand repeats leaves that operand. The other operand, if it has the label, keeps it for
    /// the output or is summed over it; otherwise the result is repeated along it.
    /// </summary>
    private static Node? AbsorbExpand(Contraction op, Node node)
    {
        for (var side = 0; side < 2; side++)
        {
            if (node.Inputs[side].Op is not Expand) continue;
            var (own, other) = (Labels(op, side), Labels(op, 1 - side));
            var (source, partner) = (node.Inputs[side].Inputs[0], node.Inputs[1 - side]);
            var repeated = own.Where((_, a) => source.Shape[a].Is(1) && !node.Inputs[side].Shape[a].Is(1)).ToHashSet();
            if (repeated.Count == 0) continue;
            var summed = other.Where(l => repeated.Contains(l) && !op.Output.Contains(l)).ToArray();
            partner = partner.Sum(summed.Select(l => Array.IndexOf(other.ToArray(), l)).ToArray());
            var output = op.Output.Where(l => !repeated.Contains(l) || other.Contains(l)).ToArray();
            var small = Apply(own.Except(repeated), other.Except(summed), output, Without(own, source, repeated), partner);
            return small.Reshape(Shape.Of(op.Output.Select((l, a) => output.Contains(l) ? node.Shape[a] : 1))).ExpandTo(node.Shape);
        }
        return null;
    }

    private static Node? ToProduct(Contraction op, Node node)
    {
        if (op.Contracted.Any()) return null;
        return Aligned(0) * Aligned(1);

        Node Aligned(int side)
        {
            var labels = Labels(op, side);
            var order = op.Output.Where(labels.Contains).Select(l => Array.IndexOf(labels.ToArray(), l)).ToArray();
            return node.Inputs[side].Permute(order)
                .Reshape(Shape.Of(op.Output.Select((l, a) => labels.Contains(l) ? node.Shape[a] : 1))).ExpandTo(node.Shape);
        }
    }

    /// <summary>
    /// A label of both operands is summed by the contraction; one of a single operand is summed there first. Such sums come
    /// from gradients of broadcast operands, where the contraction has no other user that would compute it again.
    /// </summary>
    private static Node? AbsorbSum(Sum op, Node node)
    {
        if (node.Inputs[0].Op is not Contraction inner) return null;
        var summed = op.Axes.Select(a => inner.Output[a]).ToHashSet();
        var (left, leftOperand) = SumOwn(inner.Left, inner.Right, node.Inputs[0].Inputs[0]);
        var (right, rightOperand) = SumOwn(inner.Right, inner.Left, node.Inputs[0].Inputs[1]);
        return Apply(left, right, inner.Output.Where(l => !summed.Contains(l)), leftOperand, rightOperand);

        (IEnumerable<int>, Node) SumOwn(EquatableArray<int> own, EquatableArray<int> other, Node operand)
        {
            var axes = Enumerable.Range(0, own.Count).Where(a => summed.Contains(own[a]) && !other.Contains(own[a])).ToArray();
            return (own.Where((_, a) => !axes.Contains(a)), operand.Sum(axes));
        }
    }
}
