using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Merges chains of reshape, permute, expand and flip. Where two of them commute, the cheaper description ends up outside:
/// expand over reshape over permute. All exact.
/// </summary>
public static class MovementRules
{
    public static IReadOnlyList<RewriteRule> Rules { get; } =
    [
        RewriteRule.On<Reshape>("reshape to its own shape → x", (op, node) =>
            op.Shape == node.Inputs[0].Shape ? node.Inputs[0] : null),
        RewriteRule.On<Reshape>("reshape of a reshape → one reshape", (op, node) =>
            node.Inputs[0].Op is Reshape ? node.Inputs[0].Inputs[0].Reshape(op.Shape) : null),
        RewriteRule.On<Reshape>("unit reshape of an expand → expand of a reshape", PullExpandOutOfReshape),

        RewriteRule.On<Permute>("permute into the same order → x", (op, node) =>
            op.Axes.SequenceEqual(Enumerable.Range(0, op.Axes.Count)) ? node.Inputs[0] : null),
        RewriteRule.On<Permute>("permute of axes of extent 1 → reshape", (op, node) =>
            op.Axes.Where(a => !node.Inputs[0].Shape[a].Is(1)).SequenceEqual(UnitAxes.Proper(node.Inputs[0].Shape))
                ? node.Inputs[0].Reshape(node.Shape)
                : null),
        RewriteRule.On<Permute>("permute of a permute → one permute", (op, node) => node.Inputs[0].Op is Permute inner
            ? node.Inputs[0].Inputs[0].Permute([.. op.Axes.Select(a => inner.Axes[a])])
            : null),
        RewriteRule.On<Permute>("permute of an expand → expand of a permute", (op, node) => node.Inputs[0].Op is Expand
            ? node.Inputs[0].Inputs[0].Permute([.. op.Axes]).ExpandTo(node.Shape)
            : null),
        RewriteRule.On<Permute>("permute of a unit reshape → unit reshape of a permute", PullReshapeOutOfPermute),

        RewriteRule.On<Expand>("expand to its own shape → x", (op, node) =>
            op.Shape == node.Inputs[0].Shape ? node.Inputs[0] : null),
        RewriteRule.On<Expand>("expand of an expand → one expand", (op, node) =>
            node.Inputs[0].Op is Expand ? node.Inputs[0].Inputs[0].ExpandTo(op.Shape) : null),

        RewriteRule.On<Flip>("flip of axes of extent 1 → fewer axes", (op, node) =>
            op.Axes.Count == 0 || op.Axes.Any(a => node.Shape[a].Is(1))
                ? node.Inputs[0].Flip([.. op.Axes.Where(a => !node.Shape[a].Is(1))])
                : null),
        RewriteRule.On<Flip>("flip of a flip → one flip", (op, node) => node.Inputs[0].Op is Flip inner
            ? node.Inputs[0].Inputs[0].Flip([.. op.Axes.Except(inner.Axes).Union(inner.Axes.Except(op.Axes))])
            : null),
        RewriteRule.On<Flip>("flip of an expand → expand of a flip", (op, node) => node.Inputs[0].Op is Expand
            ? node.Inputs[0].Inputs[0].Flip([.. op.Axes.Where(a => !node.Inputs[0].Inputs[0].Shape[a].Is(1))]).ExpandTo(node.Shape)
            : null),
    ];

    private static Node? PullExpandOutOfReshape(Reshape op, Node node)
    {
        var expand = node.Inputs[0];
        if (expand.Op is not Expand || !UnitAxes.IsReshape(node)) return null;
        var source = expand.Inputs[0];
        var map = UnitAxes.Map(expand.Shape, op.Shape);
        return source.Reshape(Shape.Of(map.Select(a => a < 0 ? 1 : source.Shape[a]))).ExpandTo(op.Shape);
    }

    private static Node? PullReshapeOutOfPermute(Permute op, Node node)
    {
        var reshape = node.Inputs[0];
        if (!UnitAxes.IsReshape(reshape)) return null;
        var source = reshape.Inputs[0];
        var map = UnitAxes.Map(source.Shape, reshape.Shape);
        var units = Enumerable.Range(0, source.Shape.Rank).Where(a => source.Shape[a].Is(1));
        return source.Permute([.. units, .. op.Axes.Select(a => map[a]).Where(a => a >= 0)]).Reshape(node.Shape);
    }
}
