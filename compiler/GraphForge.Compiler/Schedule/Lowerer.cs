using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Turns nodes into scalar expressions by pulling: the element of a node at an index is its definition over the elements
/// of its operands, down to nodes that are stored. Equal (node, index) pairs give one shared expression.
/// </summary>
/// <param name="load">Reads an element of a node that is stored; null where the node is computed in place.</param>
public sealed class Lowerer(Func<Node, IndexExpr[], Expr?> load)
{
    /// <param name="storedBuffer">The buffer a node is read from, or null where the node is computed in place.</param>
    public Lowerer(Func<Node, LoopBuffer?> storedBuffer) : this((node, index) => storedBuffer(node) is { } buffer
        ? new LoadExpr(buffer, IndexExpr.Linear(index, node.Shape.Strides()))
        : null)
    { }

    private readonly Dictionary<(Node Node, EquatableArray<IndexExpr> Index), Expr> _elements = [];

    /// <summary>The value of a node the kernel computes itself, whether or not it is stored as well.</summary>
    public Expr Compute(Node node, params IndexExpr[] index)
    {
        if (_elements.TryGetValue((node, index), out var known)) return known;
        var value = RoundExpr.Of(node.Type.DType, node.Op.Lower(node, new Reader(this, node), index));
        return _elements[(node, index)] = value;
    }

    /// <summary>The element as a consumer in this kernel sees it.</summary>
    public Expr Read(Node node, params IndexExpr[] index) => load(node, index) ?? Compute(node, index);

    private sealed class Reader(Lowerer lowerer, Node node) : OperandReader
    {
        public override Expr Read(int operand, params ReadOnlySpan<IndexExpr> index) =>
            lowerer.Read(node.Inputs[operand], index.ToArray());
    }
}
