using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>What the window ops demand of their operands.</summary>
internal static class WindowChecks
{
    public static void Offsets(Op op, WindowGeometry windows, TensorType offsets)
    {
        var type = WindowArgExtreme.OffsetType(windows);
        if (offsets.DType != type)
            throw new GraphException(ErrorCode.WrongDType,
                $"{op} needs {type.ToString().ToLowerInvariant()} offsets for windows of {windows.Positions} positions, " +
                $"but got {offsets}; cast them.");
    }

    public static void OneAWindow(Op op, string operand, Shape expected, Shape actual)
    {
        if (actual != expected)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{op} needs one element of its {operand} a window, {expected}, but got {actual}.");
    }
}
