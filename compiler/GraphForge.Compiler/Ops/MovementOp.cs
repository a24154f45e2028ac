using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Each element of the result is an element of an operand, or a fill value: index arithmetic and nothing else.</summary>
public abstract record MovementOp : Op
{
    /// <summary>Shape of the result for an operand of type <paramref name="operand"/>.</summary>
    protected abstract Shape Result(TensorType operand);

    /// <summary>The operand's cotangent.</summary>
    protected abstract Node Transpose(Node operand, Node cotangent);

    /// <summary>Where in the operand the element at <paramref name="index"/> lies; null where it is no operand element.</summary>
    protected abstract long[]? Source(TensorType operand, TensorType result, long[] index);

    /// <summary>The value where <see cref="Source"/> is null.</summary>
    protected virtual Scalar Default(DType type) => Scalar.Of(type, 0L);

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        return inputs[0] with { Shape = Result(inputs[0]) };
    }

    public override Node?[] Gradient(Node node, Node cotangent) =>
        [node.Type.DType.IsFloat() ? Transpose(node.Inputs[0], cotangent) : null];

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (x, type) = (inputs[0], node.Type);
        return Elements.MapIndex(type, index =>
            Source(x.Type, type, index) is { } source ? Elements.At(x, source) : Default(type.DType));
    }

    /// <summary>Stands for the elements of an empty tensor: the type fits, and no loop ever reaches it.</summary>
    protected static Expr Nothing(Node node) => ConstantExpr.Zero(node.Type.DType);
}
