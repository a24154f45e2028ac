using System.Numerics;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit.Targets;

/// <summary>How functions of vectors are spelled in C# for the CPU: one line a function.</summary>
public static class CpuSimd
{
    /// <summary>Neighbouring elements in memory as lanes; those behind <paramref name="count"/> are zero.</summary>
    /// <exception cref="InternalCompilerException">A vector of them has another number of lanes.</exception>
    public static string VectorLoad(DType stored, string address, long count, int lanes, bool wide) => stored switch
    {
        DType.Bool => $"Lanes.LoadMask{(wide ? 64 : 32)}({address}, {count})",
        DType.UInt8 => $"Lanes.LoadBytes{(wide ? 64 : 32)}({address}, {count})",
        DType.Float16 or DType.BFloat16 => $"Halves.Load{stored}({address}, {count})",
        _ when stored.Size() == 8 != wide => throw new InternalCompilerException("emit", $"{address} of {stored} is read into {lanes} lanes of another width"),
        _ => count == lanes ? $"Vec.Load({address})" : $"Lanes.LoadPartial({address}, {count})",
    };

    /// <summary>The statement that stores the first <paramref name="count"/> lanes.</summary>
    public static string VectorStore(DType stored, string value, string address, long count, int lanes) => stored switch
    {
        DType.Bool => $"Lanes.StoreMask({value}, {address}, {count});",
        DType.UInt8 => $"Lanes.StoreBytes({value}, {address}, {count});",
        DType.Float16 or DType.BFloat16 => $"Halves.Store{stored}({value}, {address}, {count});",
        _ when count == lanes => $"Vec.Store({value}, {address});",
        // More parts than two take longer than a masked store where nothing has to wait for it.
        _ => $"Lanes.{(BitOperations.PopCount((ulong)count) <= 2 ? "StoreNarrow" : "StorePartial")}({value}, {address}, {count});",
    };

    /// <summary>Register type; bool and uint8 take the integer type of the kernel's lane width.</summary>
    public static string VectorName(DType type, bool wide) => type switch
    {
        DType.Float32 => "F32",
        DType.Float64 => "F64",
        DType.Int32 => "I32",
        DType.Int64 => "I64",
        _ => wide ? "I64" : "I32",
    };

    public static string VectorUnary(UnaryFunction function, string x) => function switch
    {
        UnaryFunction.Negate => $"-{x}",
        UnaryFunction.Not => $"~{x}",
        UnaryFunction.Absolute => $"Vec.Abs({x})",
        UnaryFunction.Sqrt => $"Vec.Sqrt({x})",
        UnaryFunction.Floor => $"Vec.Floor({x})",
        UnaryFunction.Ceiling => $"Vec.Ceiling({x})",
        UnaryFunction.Round => $"Vec.Round({x})",
        _ => $"VectorMath.{function}({x})",
    };

    /// <summary>Operands of type bool are masks.</summary>
    public static string VectorBinary(BinaryFunction function, DType type, string a, string b, bool wide)
    {
        var mask = wide ? ".AsInt64()" : ".AsInt32()";
        return (function, type) switch
        {
            (BinaryFunction.Minimum or BinaryFunction.And or BinaryFunction.Multiply, DType.Bool) => $"({a} & {b})",
            (BinaryFunction.Maximum or BinaryFunction.Or or BinaryFunction.Add, DType.Bool) => $"({a} | {b})",
            (BinaryFunction.NotEqual, DType.Bool) => $"({a} ^ {b})",
            (BinaryFunction.Equal, DType.Bool) => $"~({a} ^ {b})",
            (BinaryFunction.Less, DType.Bool) => $"Vec.AndNot({b}, {a})",
            (BinaryFunction.LessOrEqual, DType.Bool) => $"(~{a} | {b})",
            (BinaryFunction.ShiftLeft, _) => $"Shifts.Left({a}, {b})",
            (BinaryFunction.ShiftRight, _) => $"Shifts.Right({a}, {b})",
            (BinaryFunction.Minimum, _) => $"Vec.Min({a}, {b})",
            (BinaryFunction.Maximum, _) => $"Vec.Max({a}, {b})",
            (BinaryFunction.Power or BinaryFunction.Atan2, _) => $"VectorMath.{function}({a}, {b})",
            (BinaryFunction.Less, _) => $"Vec.LessThan({a}, {b}){mask}",
            (BinaryFunction.LessOrEqual, _) => $"Vec.LessThanOrEqual({a}, {b}){mask}",
            (BinaryFunction.Equal, _) => $"Vec.Equals({a}, {b}){mask}",
            (BinaryFunction.NotEqual, _) => $"~Vec.Equals({a}, {b}){mask}",
            _ => $"({a} {ScalarCode.Operator(function)} {b})",
        };
    }

    /// <summary>Lanes as another type of the same width; null where lanes cannot do it.</summary>
    public static string? VectorConvert(DType from, DType to, string x) => (from, to) switch
    {
        _ when from == to => x,
        (DType.Bool, DType.Float32) => $"Vec.ConditionalSelect({x}.AsSingle(), Vec.Create(1f), F32.Zero)",
        (DType.Bool, DType.Float64) => $"Vec.ConditionalSelect({x}.AsDouble(), Vec.Create(1d), F64.Zero)",
        (DType.Bool, DType.Int32 or DType.Int64 or DType.UInt8) => $"-{x}",
        (DType.Float32, DType.Bool) => $"~Vec.Equals({x}, F32.Zero).AsInt32()",
        (DType.Float64, DType.Bool) => $"~Vec.Equals({x}, F64.Zero).AsInt64()",
        (DType.Int32, DType.Bool) => $"~Vec.Equals({x}, I32.Zero)",
        (DType.Int64, DType.Bool) => $"~Vec.Equals({x}, I64.Zero)",
        (DType.Int32 or DType.UInt8, DType.Float32) => $"Vec.ConvertToSingle({x})",
        (DType.Int64, DType.Float64) => $"Vec.ConvertToDouble({x})",
        (DType.UInt8, DType.Int32) => x,
        (DType.Int32, DType.UInt8) => $"({x} & Vec.Create(255))",
        _ => null,
    };
}
