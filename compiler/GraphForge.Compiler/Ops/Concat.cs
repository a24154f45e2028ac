using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Operands one after another along <paramref name="Axis"/>; all other extents agree. Takes one or more operands.</summary>
public sealed record Concat(int Axis) : Op
{
    public override string Attributes => $"axis={Axis}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        if (inputs.Length == 0)
            throw new GraphException(ErrorCode.ShapeMismatch, "concat needs at least one operand.");
        var first = inputs[0];
        OperandRules.Axis(this, Axis, first);
        var length = first.Shape[Axis];
        foreach (var next in inputs[1..])
        {
            if (next.DType != first.DType)
                throw new GraphException(ErrorCode.WrongDType,
                    $"concat needs operands of one element type, got {first} and {next}; cast one of them.");
            if (next.Rank != first.Rank || next.Shape.With(Axis, 0) != first.Shape.With(Axis, 0))
                throw new GraphException(ErrorCode.ShapeMismatch,
                    $"concat along axis {Axis} needs operands that agree on every other axis, got {first} and {next}.");
            length += next.Shape[Axis];
        }
        return first with { Shape = first.Shape.With(Axis, length) };
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        var gradients = new Node?[node.Inputs.Length];
        Dim start = 0;
        for (var i = 0; i < gradients.Length && node.Type.DType.IsFloat(); i++)
        {
            var length = node.Inputs[i].Shape[Axis];
            gradients[i] = cotangent.Slice(Axis, start, length);
            start += length;
        }
        return gradients;
    }

    // Nested from the last operand outwards, so that the last one needs no test.
    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        Expr? result = null;
        var end = node.Shape[Axis].Value;
        for (var i = node.Inputs.Length - 1; i >= 0; i--)
        {
            var start = end - node.Inputs[i].Shape[Axis].Value;
            if (start < end)
            {
                var shifted = index.ToArray();
                shifted[Axis] = index[Axis] - start;
                var part = operands.Read(i, shifted);
                result = result is null ? part : SelectExpr.Of(InBoundsExpr.Of(index[Axis], start, end), part, result);
            }
            end = start;
        }
        return result ?? ConstantExpr.Zero(node.Type.DType);
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var parts = inputs.ToArray();
        return Elements.MapIndex(node.Type, index =>
        {
            var source = index.ToArray();
            var operand = 0;
            while (source[Axis] >= parts[operand].Type.Shape[Axis].Value) source[Axis] -= parts[operand++].Type.Shape[Axis].Value;
            return Elements.At(parts[operand], source);
        });
    }
}
