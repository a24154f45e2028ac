using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Transpose of <see cref="WindowGather"/>: operands are a cotangent and, for each window, a row-major position in it; each
/// element of the result, of shape <paramref name="InputShape"/>, is the sum of the cotangent over the windows whose
/// position it is. Written as a gather over the windows that hold an element, so that no two writes meet.
/// </summary>
public sealed record WindowScatter(WindowGeometry Geometry, Shape InputShape) : Op
{
    public override string Attributes => $"{Geometry}, input={InputShape}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 2);
        var (cotangent, offsets) = (inputs[0], inputs[1]);
        OperandRules.Numeric(this, cotangent);
        var shape = Geometry.OutputShape(this, InputShape);
        WindowChecks.Offsets(this, Geometry, offsets);
        WindowChecks.OneAWindow(this, "cotangent", shape, cotangent.Shape);
        WindowChecks.OneAWindow(this, "offsets", shape, offsets.Shape);
        return cotangent with { Shape = InputShape };
    }

    public override Node?[] Gradient(Node node, Node cotangent) => node.Type.DType.IsFloat()
        ? [Node.Of(new WindowGather(Geometry), cotangent, node.Inputs[1]), null]
        : [null, null];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var leading = InputShape.Rank - Geometry.Rank;
        var (window, position, reduced) =
            Geometry.Holders(index.AsSpan(leading), node.Inputs[0].Shape.Dims.AsSpan()[leading..]);
        IndexExpr[] at = [.. index.AsSpan(0, leading), .. window.Index];
        var type = WindowArgExtreme.OffsetType(Geometry);
        // The offset is read where a window exists only: nested, since both sides of an And may be evaluated.
        var chosen = new BinaryExpr(
            BinaryFunction.Equal, operands.Read(1, at), new IndexValueExpr(Geometry.FlatPosition(position), type));
        var zero = ConstantExpr.Zero(node.Type.DType);
        var value = window.OrZero(SelectExpr.Of(chosen, operands.Read(0, at), zero));
        return reduced.Length == 0 ? value : new ReduceExpr(ReduceFunction.Sum, reduced, value);
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (cotangent, offsets) = (inputs[0], inputs[1]);
        var sums = new SumBuffer(node.Type);
        foreach (var term in Geometry.Terms(node.Shape, cotangent.Type.Shape))
            if (term.Element >= 0 && offsets[term.Window].AsInt64 == term.Position)
                sums.Add(term.Element, cotangent[term.Window]);
        return sums.ToLiteral();
    }

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { InputShape = InputShape.Bind(values) };
}
