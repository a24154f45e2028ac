using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Transpose of <see cref="WindowSum"/>: each element of the result, of shape <paramref name="InputShape"/>, is the sum of
/// the operand over the windows that hold it.
/// </summary>
public sealed record WindowSpread(WindowGeometry Geometry, Shape InputShape) : Op
{
    public override string Attributes => $"{Geometry}, input={InputShape}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        OperandRules.Numeric(this, inputs[0]);
        WindowChecks.OneAWindow(this, "operand", Geometry.OutputShape(this, InputShape), inputs[0].Shape);
        return inputs[0] with { Shape = InputShape };
    }

    public override Node?[] Gradient(Node node, Node cotangent) =>
        [node.Type.DType.IsFloat() ? Node.Of(new WindowSum(Geometry), cotangent) : null];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var leading = InputShape.Rank - Geometry.Rank;
        var (window, _, reduced) = Geometry.Holders(index.AsSpan(leading), node.Inputs[0].Shape.Dims.AsSpan()[leading..]);
        var value = window.OrZero(operands.Read(0, [.. index.AsSpan(0, leading), .. window.Index]));
        return reduced.Length == 0 ? value : new ReduceExpr(ReduceFunction.Sum, reduced, value);
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var x = inputs[0];
        var sums = new SumBuffer(node.Type);
        foreach (var term in Geometry.Terms(node.Shape, x.Type.Shape))
            if (term.Element >= 0) sums.Add(term.Element, x[term.Window]);
        return sums.ToLiteral();
    }

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { InputShape = InputShape.Bind(values) };
}
