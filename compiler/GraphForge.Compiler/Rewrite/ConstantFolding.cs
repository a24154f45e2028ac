using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Computes at compile time what depends on constants alone, through <see cref="Op.Evaluate"/>. Random values are never
/// folded, and a result that repeats one number stays symbolic instead of becoming data.
/// </summary>
public static class ConstantFolding
{
    /// <summary>Largest tensor that becomes a constant of the program.</summary>
    private const long MaximumElements = 64 << 10;

    /// <summary>Largest estimated number of scalar operations spent on one node.</summary>
    private const long MaximumWork = 4 << 20;

    public static IReadOnlyList<RewriteRule> Rules { get; } =
    [
        RewriteRule.On<Constant>("uniform constant → expanded scalar", (op, node) =>
            node.Type.Rank > 0 && op.Value.IsUniform(out var value) ? UniformValue.Of(node.Shape, value) : null),
        RewriteRule.On<DimSize>("bound extent → constant", (op, _) =>
            op.Dim.IsBound ? Nodes.Constant(Literal.Of(Scalar.Of(Runtime.DType.Int64, op.Dim.Value))) : null),
        RewriteRule.On<ElementwiseOp>("elementwise of uniform values → uniform value", FoldUniform),
        RewriteRule.On<MovementOp>("movement of a uniform value → uniform value", (op, node) => op is Pad
            ? null
            : UniformValue.TryGet(node, out var value) ? UniformValue.Of(node.Shape, value) : null),
        RewriteRule.On<Pad>("pad of its fill value → uniform value", (op, node) =>
            UniformValue.TryGet(node.Inputs[0], out var value) && value == op.Fill ? UniformValue.Of(node.Shape, value) : null),
        RewriteRule.On<Concat>("concat of one uniform value → uniform value", FoldConcat),
        RewriteRule.On<Op>("op of constants → constant", Fold),
    ];

    private static Node? FoldUniform(ElementwiseOp op, Node node)
    {
        var scalars = new Node[node.Inputs.Length];
        for (var i = 0; i < scalars.Length; i++)
        {
            if (!UniformValue.TryGet(node.Inputs[i], out var value)) return null;
            scalars[i] = Nodes.Constant(Literal.Of(value));
        }
        return UniformValue.Of(node.Shape, ReferenceEvaluator.Evaluate(Node.Of(op, scalars))[0]);
    }

    private static Node? FoldConcat(Concat op, Node node)
    {
        if (!UniformValue.TryGet(node.Inputs[0], out var value)) return null;
        foreach (var input in node.Inputs)
            if (!UniformValue.TryGet(input, out var other) || other != value) return null;
        return UniformValue.Of(node.Shape, value);
    }

    private static Node? Fold(Op op, Node node)
    {
        if (node.Inputs.Length == 0 || op is RandomUniform or Expand || op.Bodies.Count > 0 || UniformValue.TryGet(node, out _)) return null;
        foreach (var input in node.Inputs)
            if (!IsKnown(input)) return null;
        if (!IsAffordable(node)) return null;
        var result = ReferenceEvaluator.Evaluate(node);
        return result.IsUniform(out var value) ? UniformValue.Of(node.Shape, value) : Nodes.Constant(result);
    }

    private static bool IsKnown(Node node) =>
        node.Op is Constant || node.Op is Expand && node.Inputs[0].Op is Constant || UniformValue.TryGet(node, out _);

    /// <summary>Whether the op cannot be evaluated before symbols are bound, though its shapes may be known.</summary>
    private static bool HasOpenAttributes(Op op) => op switch
    {
        Slice slice => slice.Starts.Any(s => !s.IsBound),
        Pad pad => pad.Low.Any(p => !p.IsBound),
        _ => false,
    };

    private static bool IsAffordable(Node node)
    {
        long largest = 1;
        foreach (var input in node.Inputs)
        {
            if (!input.Shape.IsBound) return false;
            largest = Math.Max(largest, input.Shape.Size.Value);
        }
        if (!node.Shape.IsBound || node.Shape.Size.Value > MaximumElements || HasOpenAttributes(node.Op)) return false;
        // Elementwise and movement ops visit each result once, reductions each operand element; the rest may meet all pairs.
        var work = node.Op is ElementwiseOp or MovementOp or ReductionOp or Concat ? largest : largest * node.Shape.Size.Value;
        return largest <= MaximumWork && work <= MaximumWork;
    }
}
