using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Rewrite;

/// <summary>One named equation, read from left to right.</summary>
/// <param name="Name">The equation as text, such as <c>x + 0 → x</c>; unique in a set.</param>
/// <param name="OpType">Record type, possibly abstract, of the ops the rule looks at.</param>
/// <param name="Replace">
/// The replacement of a node, of the same type and value; null where the rule does not apply. The operands are already in
/// normal form; what the replacement is built of need not be.
/// </param>
public sealed record RewriteRule(string Name, Type OpType, Func<Node, Node?> Replace)
{
    public static RewriteRule On<TOp>(string name, Func<TOp, Node, Node?> replace) where TOp : Op =>
        new(name, typeof(TOp), node => replace((TOp)node.Op, node));

    /// <summary>A rule over nodes whose two operands may be swapped: <paramref name="replace"/> is tried both ways round.</summary>
    public static RewriteRule OnEither<TOp>(string name, Func<Node, Node, Node?> replace) where TOp : Op =>
        new(name, typeof(TOp), node =>
            replace(node.Inputs[0], node.Inputs[1]) ?? replace(node.Inputs[1], node.Inputs[0]));

    public override string ToString() => Name;
}
