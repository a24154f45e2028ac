using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Sum over each window of the trailing axes; padding counts as zero. Float or integer; integer sums wrap.</summary>
public sealed record WindowSum(WindowGeometry Geometry) : Op
{
    public override string Attributes => Geometry.ToString();

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        OperandRules.Numeric(this, inputs[0]);
        return inputs[0] with { Shape = Geometry.OutputShape(this, inputs[0].Shape) };
    }

    public override Node?[] Gradient(Node node, Node cotangent) =>
        [node.Type.DType.IsFloat() ? Node.Of(new WindowSpread(Geometry, node.Inputs[0].Shape), cotangent) : null];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var shape = node.Inputs[0].Shape;
        var leading = shape.Rank - Geometry.Rank;
        var variables = Geometry.PositionVariables();
        var element = Geometry.Element(
            index.AsSpan(leading), Array.ConvertAll(variables, v => (IndexExpr)v), shape.Dims.AsSpan()[leading..]);
        var value = operands.Read(0, [.. index.AsSpan(0, leading), .. element.Index]);
        return new ReduceExpr(ReduceFunction.Sum, variables, element.OrZero(value));
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var x = inputs[0];
        var sums = new SumBuffer(node.Type);
        foreach (var term in Geometry.Terms(x.Type.Shape, node.Shape))
            if (term.Element >= 0) sums.Add(term.Window, x[term.Element]);
        return sums.ToLiteral();
    }
}
