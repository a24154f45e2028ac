using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit.Targets;

/// <summary>
/// Scalars in kernels that ILGPU translates. It knows few methods of .NET, and some with another meaning: its Min and Max drop NaN,
/// its CopySign takes its arguments the other way round, its fused product calls an undefined function. None of these is written.
/// Comparisons that it turns around may come out as true for NaN: floats are compared by functions that say what holds for NaN.
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
        (BinaryFunction.Less or BinaryFunction.LessOrEqual, DType.Float32 or DType.Float64) => $"{Functions}.{function}({a}, {b})",
        _ => base.Binary(function, type, a, b),
    };
}
