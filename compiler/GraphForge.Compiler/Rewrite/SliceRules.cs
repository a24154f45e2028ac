using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>Merges slices, pads and concatenations; slices move toward the leaves, where they save most. All exact.</summary>
public static class SliceRules
{
    public static IReadOnlyList<RewriteRule> Rules { get; } =
    [
        RewriteRule.On<Slice>("slice of everything → x", (op, node) =>
            node.Shape == node.Inputs[0].Shape && op.Starts.All(s => s.Is(0)) && op.Steps.All(s => s == 1)
                ? node.Inputs[0]
                : null),
        RewriteRule.On<Slice>("slice of a slice → one slice", (op, node) => node.Inputs[0].Op is Slice inner
            ? Node.Of(new Slice(
                inner.Starts.Select((s, a) => s + op.Starts[a] * inner.Steps[a]).ToEquatable(), op.Lengths,
                inner.Steps.Select((s, a) => s * op.Steps[a]).ToEquatable()), node.Inputs[0].Inputs[0])
            : null),
        RewriteRule.On<Slice>("slice of an expand → expand of a slice", SliceOfExpand),
        RewriteRule.On<Slice>("slice of a permute → permute of a slice", SliceOfPermute),
        RewriteRule.On<Slice>("slice inside a pad → slice of its operand", SliceOfPad),
        RewriteRule.On<Slice>("slice inside one part of a concat → slice of the part", SliceOfConcat),

        RewriteRule.On<Pad>("pad by nothing → x", (op, node) => node.Shape == node.Inputs[0].Shape &&
            op.Low.All(p => p.Is(0)) && op.High.All(p => p.Is(0)) ? node.Inputs[0] : null),
        RewriteRule.On<Pad>("pad of a pad → one pad", PadOfPad),

        RewriteRule.On<Concat>("concat of one part → the part", (_, node) => node.Inputs.Length == 1 ? node.Inputs[0] : null),
        RewriteRule.On<Concat>("concat of a concat → one concat", Flatten),
        RewriteRule.On<Concat>("concat with an empty part → without", DropEmpty),
    ];

    private static Node? SliceOfExpand(Slice op, Node node)
    {
        if (node.Inputs[0].Op is not Expand) return null;
        var source = node.Inputs[0].Inputs[0];
        var sliced = Node.Of(new Slice(
            op.Starts.Select((s, a) => source.Shape[a].Is(1) ? 0 : s).ToEquatable(),
            op.Lengths.Select((l, a) => source.Shape[a].Is(1) ? 1 : l).ToEquatable(),
            op.Steps.Select((s, a) => source.Shape[a].Is(1) ? 1 : s).ToEquatable()), source);
        return sliced.ExpandTo(node.Shape);
    }

    private static Node? SliceOfPermute(Slice op, Node node)
    {
        if (node.Inputs[0].Op is not Permute permute) return null;
        var inverse = permute.Inverse;
        return Node.Of(new Slice(
            inverse.Select(a => op.Starts[a]).ToEquatable(), inverse.Select(a => op.Lengths[a]).ToEquatable(),
            inverse.Select(a => op.Steps[a]).ToEquatable()), node.Inputs[0].Inputs[0]).Permute([.. permute.Axes]);
    }

    private static Node? SliceOfPad(Slice op, Node node)
    {
        if (node.Inputs[0].Op is not Pad pad) return null;
        var source = node.Inputs[0].Inputs[0];
        var starts = new Dim[op.Starts.Count];
        var steps = new long[op.Starts.Count];
        for (var axis = 0; axis < starts.Length; axis++)
        {
            var undoesPad = op.Starts[axis] == pad.Low[axis] && op.Lengths[axis] == source.Shape[axis] &&
                op.Steps[axis] == pad.Interior[axis] + 1;
            var start = op.Starts[axis] - pad.Low[axis];
            if (!undoesPad && (pad.Interior[axis] > 0 || !IsInside(start, op.Lengths[axis], op.Steps[axis], source.Shape[axis])))
                return null;
            (starts[axis], steps[axis]) = undoesPad ? (0, 1) : (start, op.Steps[axis]);
        }
        return Node.Of(new Slice(starts, op.Lengths, steps), source);
    }

    private static Node? SliceOfConcat(Slice op, Node node)
    {
        if (node.Inputs[0].Op is not Concat concat) return null;
        var axis = concat.Axis;
        var start = op.Starts[axis];
        foreach (var part in node.Inputs[0].Inputs)
        {
            if (IsInside(start, op.Lengths[axis], op.Steps[axis], part.Shape[axis]))
                return Node.Of(op with { Starts = new Shape(op.Starts).With(axis, start).Dims }, part);
            start -= part.Shape[axis];
        }
        return null;
    }

    /// <summary>Whether a nonempty range is known to lie in 0..<paramref name="extent"/>-1.</summary>
    private static bool IsInside(Dim start, Dim length, long step, Dim extent) =>
        start.IsBound && length.IsBound && extent.IsBound && length.Value > 0 &&
        start.Value >= 0 && start.Value + (length.Value - 1) * step < extent.Value;

    private static Node? PadOfPad(Pad op, Node node)
    {
        if (node.Inputs[0].Op is not Pad inner || inner.Fill != op.Fill || op.Interior.Any(i => i > 0)) return null;
        return Node.Of(inner with
        {
            Low = inner.Low.Select((p, a) => p + op.Low[a]).ToEquatable(),
            High = inner.High.Select((p, a) => p + op.High[a]).ToEquatable(),
        }, node.Inputs[0].Inputs[0]);
    }

    private static Node? Flatten(Concat op, Node node)
    {
        var parts = new List<Node>();
        foreach (var input in node.Inputs)
        {
            if (input.Op.Equals(op)) parts.AddRange(input.Inputs);
            else parts.Add(input);
        }
        return parts.Count == node.Inputs.Length ? null : Node.Of(op, parts.ToArray());
    }

    private static Node? DropEmpty(Concat op, Node node)
    {
        var parts = node.Inputs.ToArray().Where(p => !p.Shape[op.Axis].Is(0)).ToArray();
        return parts.Length == 0 || parts.Length == node.Inputs.Length ? null : Node.Of(op, parts);
    }
}
