using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>Computes elementwise work on the small tensor before it is repeated, and reshapes afterwards. All exact.</summary>
public static class BroadcastRules
{
    public static IReadOnlyList<RewriteRule> Rules { get; } =
    [
        RewriteRule.On<ElementwiseOp>("elementwise of expands → expand of elementwise", PullExpand),
        RewriteRule.On<ElementwiseOp>("elementwise of reshapes → reshape of elementwise", PullReshape),
    ];

    private static Node? PullExpand(ElementwiseOp op, Node node)
    {
        var small = node.Shape;
        for (var axis = 0; axis < small.Rank; axis++)
            if (IsRepeatedInAll(node, axis)) small = small.With(axis, 1);
        if (small == node.Shape) return null;
        var inputs = node.Inputs.ToArray().Select(i => i.Inputs[0].ExpandTo(small)).ToArray();
        return Node.Of(op, inputs).ExpandTo(node.Shape);
    }

    private static bool IsRepeatedInAll(Node node, int axis)
    {
        foreach (var input in node.Inputs)
            if (input.Op is not Expand || !input.Inputs[0].Shape[axis].Is(1)) return false;
        return true;
    }

    private static Node? PullReshape(ElementwiseOp op, Node node)
    {
        Shape? source = null;
        foreach (var input in node.Inputs)
        {
            if (UniformValue.TryGet(input, out _)) continue;
            if (input.Op is not Reshape || source is { } other && other != input.Inputs[0].Shape) return null;
            source = input.Inputs[0].Shape;
        }
        if (source is not { } shape) return null;
        var inputs = node.Inputs.ToArray().Select(i =>
            UniformValue.TryGet(i, out var value) ? UniformValue.Of(shape, value) : i.Inputs[0]).ToArray();
        return Node.Of(op, inputs).Reshape(node.Shape);
    }
}
