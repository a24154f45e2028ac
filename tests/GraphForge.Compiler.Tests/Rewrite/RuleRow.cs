using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Rewrite;

/// <summary>What one rule does to one expression.</summary>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Before">The expression.</param>
/// <param name="After">What that rule alone makes of it.</param>
/// <param name="Exact">Whether values are equal for all floats; otherwise up to rounding, on moderate floats.</param>
public sealed record RuleRow(string Rule, Func<Node> Before, Func<Node> After, bool Exact = true)
{
    public override string ToString() => Rule;

    // Operands of the rows; nodes are interned, so equal calls give the same node.
    public static Node X => Float("x", 3, 4);

    public static Node Y => Float("y", 3, 4);

    public static Node I => Int("i", 3, 4);

    public static Node J => Int("j", 3, 4);

    public static Node P => Nodes.Input("p", DType.Bool, Shape.Of(3, 4));

    public static Node Q => Nodes.Input("q", DType.Bool, Shape.Of(3, 4));

    public static Node Float(string name, params long[] dims) => Nodes.Input(name, DType.Float32, Shape.Of(dims));

    public static Node Int(string name, params long[] dims) => Nodes.Input(name, DType.Int32, Shape.Of(dims));

    public static Node Full(Node like, double value) => Nodes.Full(like.Shape, like.Type.DType, value);

    public static Node Bool(Node like, bool value) => Nodes.Full(like.Shape, DType.Bool, value ? 1 : 0);
}
