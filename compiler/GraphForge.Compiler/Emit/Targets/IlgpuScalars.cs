using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit.Targets;

/// <summary>
/// Scalars in kernels that ILGPU translates. It knows few methods of .NET, and some with another meaning: its Min and Max drop NaN,
/// its CopySign takes its arguments the other way round, its fused product calls an undefined function. None of these is written. A
/// constant on the left of a comparison it moves to the right, and then takes NaN for less or greater: constants are written there.
/// </summary>
public sealed class IlgpuScalars : ScalarCode
{
    public static IlgpuScalars Instance { get; } = new();

    protected override string Functions => "DeviceMath";

    public override string Unary(UnaryFunction function, DType type, string x) => (function, type) switch
    {
        (UnaryFunction.Sign, DType.Int32 or DType.Int64 or DType.UInt8) => $"Integers.Sign({x})",
        (UnaryFunction.Round, DType.Float32 or DType.Float64) => $"{Functions}.Round({x})",
        _ => base.Unary(function, type, x),
    };

    public override string Binary(BinaryFunction function, DType type, string a, string b) => (function, type) switch
    {
        (BinaryFunction.Minimum or BinaryFunction.Maximum, not DType.Bool) => $"{Functions}.{function}({a}, {b})",
        (BinaryFunction.Less or BinaryFunction.LessOrEqual, DType.Float32 or DType.Float64) when IsLiteral(a) =>
            $"({b} {(function == BinaryFunction.Less ? ">" : ">=")} {a})",
        _ => base.Binary(function, type, a, b),
    };

    private static bool IsLiteral(string value) => char.IsAsciiDigit(value.TrimStart('-')[0]) || value.StartsWith("float.", StringComparison.Ordinal) ||
        value.StartsWith("double.", StringComparison.Ordinal);
}
