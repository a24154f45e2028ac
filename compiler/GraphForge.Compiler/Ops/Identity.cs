using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Ops;

/// <summary>The operand, in a buffer of its own: what the caller reads must not be an input, a state or another output.</summary>
/// <param name="Tag">Tells copies of one value apart.</param>
public sealed record Identity(string Tag) : Op
{
    public override string Attributes => Tag;

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

    public override Node?[] Gradient(Node node, Node cotangent) => [cotangent];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) => operands.Read(0, index);

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs) => inputs[0];
}
