using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// One element of each window: operands are x and, for each window, a row-major position in it; the result is x there, or
/// zero where the position is padding. Offsets are what <see cref="WindowArgMaximum"/> yields.
/// </summary>
public sealed record WindowGather(WindowGeometry Geometry) : Op
{
    public override string Attributes => Geometry.ToString();

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 2);
        var (x, offsets) = (inputs[0], inputs[1]);
        OperandRules.Numeric(this, x);
        var shape = Geometry.OutputShape(this, x.Shape);
        WindowChecks.Offsets(this, Geometry, offsets);
        WindowChecks.OneAWindow(this, "offsets", shape, offsets.Shape);
        return x with { Shape = shape };
    }

    public override Node?[] Gradient(Node node, Node cotangent) => node.Type.DType.IsFloat()
        ? [Node.Of(new WindowScatter(Geometry, node.Inputs[0].Shape), cotangent, node.Inputs[1]), null]
        : [null, null];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var shape = node.Inputs[0].Shape;
        var leading = shape.Rank - Geometry.Rank;
        IndexExpr offset = new DataAtom(operands.Read(1, index), Geometry.Positions);
        var position = IndexExpr.Unravel(offset, Geometry.Kernel.AsSpan());
        var element = Geometry.Element(index.AsSpan(leading), position, shape.Dims.AsSpan()[leading..]);
        return element.OrZero(operands.Read(0, [.. index.AsSpan(0, leading), .. element.Index]));
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (x, offsets) = (inputs[0], inputs[1]);
        var result = new Literal(node.Type);
        foreach (var term in Geometry.Terms(x.Type.Shape, node.Shape))
            if (term.Element >= 0 && offsets[term.Window].AsInt64 == term.Position) result[term.Window] = x[term.Element];
        return result;
    }
}
