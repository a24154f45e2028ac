using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Operand 1 where operand 0 (bool) holds, operand 2 elsewhere; all of one shape.</summary>
public sealed record Select : ElementwiseOp
{
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 3);
        OperandRules.Bool(this, inputs[0]);
        OperandRules.SameType(this, inputs[1], inputs[2]);
        OperandRules.SameType(this, inputs[0] with { DType = inputs[1].DType }, inputs[1]);
        return inputs[1];
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        if (!node.Type.DType.IsFloat()) return [null, null, null];
        var (condition, zero) = (node.Inputs[0], cotangent.ZerosLike());
        return [null, Nodes.Select(condition, cotangent, zero), Nodes.Select(condition, zero, cotangent)];
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) =>
        SelectExpr.Of(operands.Read(0, index), operands.Read(1, index), operands.Read(2, index));

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (condition, a, b) = (inputs[0], inputs[1], inputs[2]);
        return Elements.Map(node.Type, i => condition[i].AsBool ? a[i] : b[i]);
    }
}

/// <summary>
/// Converts elements as a C# cast does: floats to integers truncate; to bool: whether nonzero; to floats of 16 bits by way of
/// float32. A float beyond the range of the integer type has no defined result.
/// </summary>
public sealed record Cast(DType DType) : ElementwiseOp
{
    public override string Attributes => DType.ToString().ToLowerInvariant();

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        return inputs[0] with { DType = DType };
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        var from = node.Inputs[0].Type.DType;
        return [from.IsFloat() && DType.IsFloat() ? cotangent.Cast(from) : null];
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var operand = operands.Read(0, index);
        return operand.Type == DType.Arithmetic() ? operand : new ConvertExpr(DType.Arithmetic(), operand);
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var x = inputs[0];
        return Elements.Map(node.Type, i => x[i].As(DType));
    }
}

/// <summary>
/// The operand itself, but a constant to differentiation. For values whose derivative is known to cancel, such as the
/// maximum a softmax subtracts, and for targets that must not be trained.
/// </summary>
public sealed record StopGradient : ElementwiseOp
{
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        return inputs[0];
    }

    public override Node?[] Gradient(Node node, Node cotangent) => [null];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) => operands.Read(0, index);

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs) => inputs[0];
}
