using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

public static partial class Nodes
{
    /// <summary>One kernel that computes a value; see <see cref="Ops.Fused"/>.</summary>
    /// <param name="label">What is computed, in one word.</param>
    /// <param name="operands">What it is computed from, besides constants.</param>
    /// <param name="build">Called once, to write it down over nodes that stand for the operands, and no others.</param>
    public static Node Fused(string label, IReadOnlyList<Node> operands, Func<IReadOnlyList<Node>, Node> build)
    {
        var types = operands.Select(o => o.Type).ToEquatable();
        var root = build(types.Select((type, i) => Node.Of(new BodyParameter(i, type))).ToArray());
        return Node.Of(new Fused(label, new Subgraph(types, [root])), [.. operands]);
    }
}
