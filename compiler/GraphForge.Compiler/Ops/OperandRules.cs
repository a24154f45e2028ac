using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Checks that ops share, each with an error that names the operands and the remedy.</summary>
internal static class OperandRules
{
    public static bool IsNumeric(DType type) => type != DType.Bool;

    public static void Arity(Op op, ReadOnlySpan<TensorType> inputs, int count)
    {
        if (inputs.Length != count)
            throw new InternalCompilerException("infer", $"{op} takes {count} operands and was given {inputs.Length}");
    }

    public static void SameType(Op op, TensorType left, TensorType right)
    {
        if (left.DType != right.DType)
            throw new GraphException(ErrorCode.WrongDType,
                $"{op.Name} needs operands of one element type, got {left} and {right}; cast one of them.");
        if (left.Shape != right.Shape)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{op.Name} needs operands of one shape, got {left} and {right}; expand or reshape one of them.");
    }

    public static void Float(Op op, TensorType type) =>
        DTypeIs(op, type, type.DType.IsFloat(), "a float element type");

    public static void Numeric(Op op, TensorType type) =>
        DTypeIs(op, type, IsNumeric(type.DType), "a numeric element type");

    public static void Bool(Op op, TensorType type) => DTypeIs(op, type, type.DType == DType.Bool, "bool");

    public static void Bits(Op op, TensorType type) =>
        DTypeIs(op, type, type.DType == DType.Bool || type.DType.IsInteger(), "bool or an integer element type");

    public static void Integer(Op op, TensorType type) =>
        DTypeIs(op, type, type.DType.IsInteger(), "uint8, int32 or int64");

    private static void DTypeIs(Op op, TensorType type, bool accepted, string wanted)
    {
        if (!accepted)
            throw new GraphException(ErrorCode.WrongDType, $"{op.Name} takes {wanted}, got {type}; cast the operand.");
    }

    /// <summary>An axis of an op record: already normalised, so 0..rank-1.</summary>
    public static void Axis(Op op, int axis, TensorType type)
    {
        if (axis < 0 || axis >= type.Rank)
            throw new GraphException(ErrorCode.BadAxis,
                $"{op.Name} has no axis {axis} in {type}; {AxisRange(type.Rank)}.");
    }

    /// <summary>Distinct axes of an op record, in ascending order so that equal ops are equal records.</summary>
    public static void Axes(Op op, EquatableArray<int> axes, TensorType type)
    {
        for (var i = 0; i < axes.Count; i++)
        {
            Axis(op, axes[i], type);
            if (i > 0 && axes[i] <= axes[i - 1])
                throw new GraphException(ErrorCode.BadAxis, $"{op.Name} needs distinct axes in ascending order, got {axes}.");
        }
    }

    /// <summary>What a user may write where a tensor of rank <paramref name="rank"/> takes an axis.</summary>
    public static string AxisRange(int rank) => rank == 0
        ? "a scalar has no axes"
        : $"axes run from {-rank} to {rank - 1}";

    public static void Rank(Op op, int count, string what, TensorType type)
    {
        if (count != type.Rank)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{op.Name} needs one {what} for each of the {type.Rank} axes of {type}, got {count}.");
    }
}
