using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Each element picks its own along <paramref name="Axis"/>: the result, of the shape of the integer <c>indices</c> (operand 1),
/// is <c>data[.., indices[.., i, ..], ..]</c>. The shape of <c>data</c> (operand 0) differs from theirs at that axis only.
/// Indices belong in 0..extent−1; one outside reads the nearest element, so that no data reads outside the tensor, and passes
/// no gradient.
/// </summary>
public sealed record GatherElements(int Axis) : Op
{
    public override string Attributes => $"axis={Axis}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 2);
        var (data, indices) = (inputs[0], inputs[1]);
        OperandRules.Axis(this, Axis, data);
        OperandRules.Integer(this, indices);
        if (data.Rank != indices.Rank || data.Shape.With(Axis, 0) != indices.Shape.With(Axis, 0))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{Name} along axis {Axis} needs indices that agree with the data on every other axis, got {data} and {indices}.");
        if (data.Shape[Axis].Is(0) && !indices.Shape.Size.Is(0))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{Name} from {data} with indices {indices} has nothing to choose from: axis {Axis} is empty.");
        return data with { Shape = indices.Shape };
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        var (data, indices) = (node.Inputs[0], node.Inputs[1]);
        return [data.Type.DType.IsFloat() ? cotangent.ScatterElements(Axis, indices, data.Shape[Axis]) : null, null];
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        IndexExpr[] source = [.. index];
        source[Axis] = new DataAtom(operands.Read(1, index), node.Inputs[0].Shape[Axis].Value);
        return operands.Read(0, source);
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (data, indices) = (inputs[0], inputs[1]);
        return Elements.MapIndex(node.Type, index =>
        {
            long[] source = [.. index];
            source[Axis] = Math.Clamp(Elements.At(indices, index).AsInt64, 0, data.Type.Shape[Axis].Value - 1);
            return Elements.At(data, source);
        });
    }
}
