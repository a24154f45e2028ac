using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>What a convolution and its two transposes demand alike.</summary>
internal static class ConvolutionChecks
{
    public static DType CommonDType(Op op, TensorType left, TensorType right) =>
        left.DType == right.DType && left.DType != DType.Bool
            ? left.DType
            : throw new GraphException(ErrorCode.WrongDType,
                $"{op} needs two operands of one float or integer dtype, but got {left} and {right}; cast one of them.");

    public static void Cotangent(Op op, Shape expected, Shape actual)
    {
        if (actual != expected)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{op} needs a cotangent of the forward op's shape {expected}, but got {actual}.");
    }
}
