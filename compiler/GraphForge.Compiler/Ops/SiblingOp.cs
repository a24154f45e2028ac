using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// One of several results of one computation. The results are sibling nodes: ops that differ in nothing but which result they
/// are, over the same operands. A kernel or loop computes all of them together.
/// </summary>
public abstract record SiblingOp : Op
{
    /// <summary>The sibling that stands for all: equal for nodes of one computation and for no others.</summary>
    public abstract Op Leader { get; }

    /// <summary>The node by which siblings know each other.</summary>
    public static Node LeaderOf(Node node) => Node.Of(((SiblingOp)node.Op).Leader, node.Inputs);

    /// <summary>
    /// Vector–Jacobian product of the whole computation: for each operand what the cotangents of all results induce together.
    /// </summary>
    /// <param name="results">Siblings to which a cotangent arrives, each with its cotangent.</param>
    /// <param name="isWanted">For each operand whether its cotangent will be used.</param>
    public abstract Node?[] Gradient(IReadOnlyList<(Node Result, Node Cotangent)> results, IReadOnlyList<bool> isWanted);

    public sealed override Node?[] Gradient(Node node, Node cotangent) =>
        Gradient([(node, cotangent)], Enumerable.Repeat(true, node.Inputs.Length).ToArray());

    public sealed override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) =>
        throw new InternalCompilerException("lower", $"{Name} is no scalar function of its operands");
}
