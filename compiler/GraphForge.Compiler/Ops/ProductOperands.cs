using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>What contractions, convolutions and their transposes demand alike.</summary>
internal static class ProductOperands
{
    public static DType CommonDType(Op op, ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(op, inputs, 2);
        return inputs[0].DType == inputs[1].DType && OperandRules.IsNumeric(inputs[0].DType)
            ? inputs[0].DType
            : throw new GraphException(ErrorCode.WrongDType,
                $"{op} needs two operands of one float or integer dtype, but got {inputs[0]} and {inputs[1]}; cast one of them.");
    }

    public static void Cotangent(Op op, Shape expected, Shape actual)
    {
        if (actual != expected)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{op} needs a cotangent of the forward op's shape {expected}, but got {actual}.");
    }
}
