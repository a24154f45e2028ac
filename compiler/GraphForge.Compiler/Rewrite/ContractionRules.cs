using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Takes movement into the labels of contractions and finds contractions written as sums of products. Floats agree up to
/// the rounding of a different order or grouping of the same terms.
/// </summary>
public static class ContractionRules
{
    public static IReadOnlyList<RewriteRule> Rules { get; } =
    [
        RewriteRule.On<Contraction>("contraction led by its right operand → swapped operands", (op, node) => IsLedByRight(op)
            ? Apply(op.Right, op.Left, op.Output, node.Inputs[1], node.Inputs[0])
            : null),
        RewriteRule.On<Contraction>("contraction of a permute → other labels", AbsorbPermute),
        RewriteRule.On<Permute>("permute of a contraction → other labels", (op, node) =>
            node.Inputs[0] is { Op: Contraction inner } operand
                ? Apply(inner.Left, inner.Right, op.Axes.Select(a => inner.Output[a]), operand.Inputs[0], operand.Inputs[1])
                : null),
        RewriteRule.On<Contraction>("contraction with labels of extent 1 → fewer labels", DropUnitLabels),
        RewriteRule.On<Contraction>("contraction of an expand → fewer labels", AbsorbExpand),
        RewriteRule.On<Contraction>("contraction that sums nothing → product", ToProduct),
        RewriteRule.On<Sum>("sum of a contraction → contraction", AbsorbSum),
        RewriteRule.On<Sum>("sum of a product of repeated tensors → contraction", ProductContraction.Find),
    ];

    /// <summary>
    /// Whether the first label of the output that only one operand has is the right one's. The other way round the rows of
    /// a matrix product come from the left, and a·b and b·a are one node.
    /// </summary>
    internal static bool IsLedByRight(Contraction op)
    {
        foreach (var label in op.Output)
            if (op.Left.Contains(label) != op.Right.Contains(label)) return op.Right.Contains(label);
        return false;
    }

    private static Node Apply(
        IEnumerable<int> left, IEnumerable<int> right, IEnumerable<int> output, Node leftOperand, Node rightOperand) =>
        Node.Of(new Contraction(left.ToEquatable(), right.ToEquatable(), output.ToEquatable()), leftOperand, rightOperand);

    private static Node? AbsorbPermute(Contraction op, Node node)
    {
        if (Unpermuted(op.Left, node.Inputs[0]) is var (left, leftSource))
            return Apply(left, op.Right, op.Output, leftSource, node.Inputs[1]);
        if (Unpermuted(op.Right, node.Inputs[1]) is var (right, rightSource))
            return Apply(op.Left, right, op.Output, node.Inputs[0], rightSource);
        return null;
    }

    /// <summary>What a permuted operand is made of, and its labels; also through a reshape that drops axes of extent 1.</summary>
    private static (IEnumerable<int> Labels, Node Source)? Unpermuted(EquatableArray<int> labels, Node operand)
    {
        if (operand.Op is Permute direct) return (direct.Inverse.Select(a => labels[a]), operand.Inputs[0]);
        if (!UnitAxes.IsReshape(operand) || operand.Inputs[0].Op is not Permute permute) return null;
        if (operand.Shape.Any(d => d.Is(1))) return null;
        var map = UnitAxes.Map(operand.Shape, operand.Inputs[0].Shape);
        var source = operand.Inputs[0].Inputs[0];
        var sourceLabels = permute.Inverse.Select(a => map[a]).Where(a => a >= 0).Select(a => labels[a]);
        return (sourceLabels, source.Reshape(Shape.Of(source.Shape.Where(d => !d.Is(1)))));
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
    /// the output or is summed over it (not where the sum would be rounded to 16 bits); otherwise the result is repeated along it.
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
            if (summed.Length > 0 && node.Type.DType.IsHalf()) continue;
            partner = partner.Sum(summed.Select(l => Array.IndexOf(other.ToArray(), l)).ToArray());
            var output = op.Output.Where(l => !repeated.Contains(l) || other.Contains(l)).ToArray();
            var small = Apply(own.Except(repeated), other.Except(summed), output, Without(own, source, repeated), partner);
            var aligned = op.Output.Select((l, a) => output.Contains(l) ? node.Shape[a] : 1);
            return small.Reshape(Shape.Of(aligned)).ExpandTo(node.Shape);
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
    /// Labels of both operands become summed labels; so end gradients of broadcast operands. A label of one operand is left
    /// alone: the contraction is mostly needed anyway, and a mean over its rows should be that of the rounded rows.
    /// </summary>
    private static Node? AbsorbSum(Sum op, Node node)
    {
        if (node.Inputs[0].Op is not Contraction inner) return null;
        var summed = op.Axes.Select(a => inner.Output[a]).ToHashSet();
        if (!summed.All(l => inner.Left.Contains(l) && inner.Right.Contains(l))) return null;
        var output = inner.Output.Where(l => !summed.Contains(l));
        return Apply(inner.Left, inner.Right, output, node.Inputs[0].Inputs[0], node.Inputs[0].Inputs[1]);
    }
}
