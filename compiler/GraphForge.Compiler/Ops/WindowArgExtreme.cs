using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Where the greatest or least element of each window is: the row-major position in the window, the first of equals, a NaN
/// before all. Padding counts as in <see cref="WindowExtreme"/>, so it is named only where no element is beyond it.
/// </summary>
public abstract record WindowArgExtreme(WindowGeometry Geometry) : Op
{
    public sealed override string Attributes => Geometry.ToString();

    protected abstract bool IsMaximum { get; }

    /// <summary>Element type of positions: uint8 for windows of up to 256, int32 beyond.</summary>
    public static DType OffsetType(WindowGeometry windows) => windows.Positions <= 256 ? DType.UInt8 : DType.Int32;

    public sealed override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        OperandRules.Numeric(this, inputs[0]);
        var shape = Geometry.OutputShape(this, inputs[0].Shape);
        return new TensorType(OffsetType(Geometry), shape);
    }

    public sealed override Node?[] Gradient(Node node, Node cotangent) => [null];

    public sealed override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var (variables, element) = WindowExtreme.Elements(Geometry, IsMaximum, node, operands, index);
        var position = new ReduceExpr(IsMaximum ? ReduceFunction.ArgMaximum : ReduceFunction.ArgMinimum, variables, element);
        return new ConvertExpr(node.Type.DType, position);
    }

    public sealed override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var x = inputs[0];
        var padding = WindowExtreme.Padding(x.Type.DType, IsMaximum);
        var best = new Scalar[checked((int)node.Shape.Size.Value)];
        var result = new Literal(node.Type);
        foreach (var (window, element, position) in Geometry.Terms(x.Type.Shape, node.Shape))
        {
            var value = element < 0 ? padding : x[element];
            if (position > 0 && !WindowExtreme.IsBeyond(value, best[window], IsMaximum)) continue;
            best[window] = value;
            result[window] = Scalar.Of(node.Type.DType, (long)position);
        }
        return result;
    }
}

/// <inheritdoc cref="WindowArgExtreme"/>
public sealed record WindowArgMaximum(WindowGeometry Geometry) : WindowArgExtreme(Geometry)
{
    protected override bool IsMaximum => true;
}

/// <inheritdoc cref="WindowArgExtreme"/>
public sealed record WindowArgMinimum(WindowGeometry Geometry) : WindowArgExtreme(Geometry)
{
    protected override bool IsMaximum => false;
}
