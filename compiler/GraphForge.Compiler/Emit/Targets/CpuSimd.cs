using System.Globalization;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit.Targets;

/// <summary>How scalar and vector functions are spelled in C# for the CPU: one line a function.</summary>
public static class CpuSimd
{
    public static string TypeName(DType type) => type switch
    {
        DType.Float32 => "float",
        DType.Float64 => "double",
        DType.Int32 => "int",
        DType.Int64 => "long",
        DType.UInt8 => "byte",
        _ => "bool",
    };

    /// <summary>Element type in memory; a bool is a byte there, and a float of 16 bits its bits.</summary>
    public static string StorageName(DType type) => type switch
    {
        DType.Bool => "byte",
        DType.Float16 or DType.BFloat16 => "ushort",
        _ => TypeName(type),
    };

    /// <summary>The value of an element in memory.</summary>
    public static string Load(DType stored, string element) => stored switch
    {
        DType.Bool => $"({element} != 0)",
        DType.Float16 or DType.BFloat16 => $"Halves.From{stored}({element})",
        _ => element,
    };

    /// <summary>What a value becomes in memory.</summary>
    public static string Store(DType stored, string value) => stored switch
    {
        DType.Bool => $"{value} ? (byte)1 : (byte)0",
        DType.Float16 or DType.BFloat16 => $"Halves.To{stored}({value})",
        _ => value,
    };

    /// <summary>Neighbouring elements in memory as lanes; those behind <paramref name="count"/> are zero.</summary>
    public static string VectorLoad(DType stored, string address, long count, int lanes, bool wide) => stored switch
    {
        DType.Bool => $"Lanes.LoadMask{(wide ? 64 : 32)}({address}, {count})",
        DType.UInt8 => $"Lanes.LoadBytes{(wide ? 64 : 32)}({address}, {count})",
        DType.Float16 or DType.BFloat16 => $"Halves.Load{stored}({address}, {count})",
        _ => count == lanes ? $"Vec.Load({address})" : $"Lanes.LoadPartial({address}, {count})",
    };

    /// <summary>The statement that stores the first <paramref name="count"/> lanes.</summary>
    public static string VectorStore(DType stored, string value, string address, long count, int lanes) => stored switch
    {
        DType.Bool => $"Lanes.StoreMask({value}, {address}, {count});",
        DType.UInt8 => $"Lanes.StoreBytes({value}, {address}, {count});",
        DType.Float16 or DType.BFloat16 => $"Halves.Store{stored}({value}, {address}, {count});",
        _ => count == lanes ? $"Vec.Store({value}, {address});" : $"Lanes.StorePartial({value}, {address}, {count});",
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

    public static string Literal(Scalar value) => value.DType switch
    {
        DType.Float32 => Float((float)value.AsDouble, "float", "f"),
        DType.Float64 => Float(value.AsDouble, "double", "d"),
        DType.Int64 when value.AsInt64 == long.MinValue => "long.MinValue",
        DType.Int64 => value.AsInt64.ToString(CultureInfo.InvariantCulture) + "L",
        DType.Int32 when value.AsInt64 == int.MinValue => "int.MinValue",
        DType.Bool => value.AsBool ? "true" : "false",
        DType.UInt8 => $"(byte){value.AsInt64}",
        _ => value.AsInt64.ToString(CultureInfo.InvariantCulture),
    };

    public static string Unary(UnaryFunction function, DType type, string x) => (function, type) switch
    {
        (UnaryFunction.Negate, DType.UInt8) => $"(byte)-{x}",
        (UnaryFunction.Negate, _) => $"-{x}",
        (UnaryFunction.Not, DType.Bool) => $"!{x}",
        (UnaryFunction.Not, DType.UInt8) => $"(byte)~{x}",
        (UnaryFunction.Not, _) => $"~{x}",
        (UnaryFunction.Absolute, DType.Float32 or DType.Float64) => $"Math.Abs({x})",
        (UnaryFunction.Absolute, DType.UInt8) => x,
        (UnaryFunction.Absolute, _) => $"Integers.Absolute({x})",
        (UnaryFunction.Sign, DType.Float32 or DType.Float64) => $"VectorMath.Sign({x})",
        (UnaryFunction.Sign, _) => $"({TypeName(type)})Math.Sign({x})",
        (UnaryFunction.Sqrt, DType.Float32) => $"MathF.Sqrt({x})",
        (UnaryFunction.Sqrt, _) => $"Math.Sqrt({x})",
        (UnaryFunction.Floor, DType.Float32) => $"MathF.Floor({x})",
        (UnaryFunction.Floor, DType.Float64) => $"Math.Floor({x})",
        (UnaryFunction.Ceiling, DType.Float32) => $"MathF.Ceiling({x})",
        (UnaryFunction.Ceiling, DType.Float64) => $"Math.Ceiling({x})",
        (UnaryFunction.Round, DType.Float32) => $"MathF.Round({x})",
        (UnaryFunction.Round, DType.Float64) => $"Math.Round({x})",
        (UnaryFunction.Floor or UnaryFunction.Ceiling or UnaryFunction.Round, _) => x,
        _ => $"VectorMath.{function}({x})",
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

    public static string Binary(BinaryFunction function, DType type, string a, string b)
    {
        var text = (function, type) switch
        {
            (BinaryFunction.Divide, DType.Int32 or DType.Int64 or DType.UInt8) => $"Integers.Divide({a}, {b})",
            (BinaryFunction.Remainder, DType.Float32 or DType.Float64) => $"Floats.Remainder({a}, {b})",
            (BinaryFunction.Remainder, _) => $"Integers.Remainder({a}, {b})",
            (BinaryFunction.Power, DType.Float32 or DType.Float64) => $"VectorMath.Power({a}, {b})",
            (BinaryFunction.Power, _) => $"Integers.Power({a}, {b})",
            (BinaryFunction.ShiftLeft, _) => $"Shifts.Left({a}, {b})",
            (BinaryFunction.ShiftRight, _) => $"Shifts.Right({a}, {b})",
            (BinaryFunction.Atan2, _) => $"VectorMath.Atan2({a}, {b})",
            (BinaryFunction.Minimum or BinaryFunction.And, DType.Bool) => $"({a} & {b})",
            (BinaryFunction.Maximum or BinaryFunction.Or, DType.Bool) => $"({a} | {b})",
            (BinaryFunction.Less, DType.Bool) => $"(!{a} & {b})",
            (BinaryFunction.LessOrEqual, DType.Bool) => $"(!{a} | {b})",
            (BinaryFunction.Minimum, _) => $"Math.Min({a}, {b})",
            (BinaryFunction.Maximum, _) => $"Math.Max({a}, {b})",
            _ => $"({a} {Operator(function)} {b})",
        };
        var narrows = type == DType.UInt8 && function is not (BinaryFunction.Less or BinaryFunction.LessOrEqual or BinaryFunction.Equal or BinaryFunction.NotEqual);
        return narrows ? $"(byte){text}" : text;
    }

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
            _ => $"({a} {Operator(function)} {b})",
        };
    }

    /// <summary>A float32, or lanes of them, rounded to a type of 16 bits.</summary>
    public static string Round(DType precision, string x) => $"Halves.Round{precision}({x})";

    /// <summary>A scalar as another type, as <see cref="Scalar.As"/> does it.</summary>
    public static string Convert(DType from, DType to, string x) => (from, to) switch
    {
        (DType.Bool, DType.Float32 or DType.Float64 or DType.Int32 or DType.Int64 or DType.UInt8) =>
            $"({x} ? {Literal(Scalar.Of(to, 1L))} : {Literal(Scalar.Of(to, 0L))})",
        (_, DType.Bool) => $"({x} != 0)",
        (DType.Float32 or DType.Float64, DType.UInt8 or DType.Int32) => $"({TypeName(to)})(long){x}",
        _ => $"({TypeName(to)}){x}",
    };

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

    private static string Operator(BinaryFunction function) => function switch
    {
        BinaryFunction.Add => "+",
        BinaryFunction.Subtract => "-",
        BinaryFunction.Multiply => "*",
        BinaryFunction.Divide => "/",
        BinaryFunction.And => "&",
        BinaryFunction.Or => "|",
        BinaryFunction.Xor => "^",
        BinaryFunction.Less => "<",
        BinaryFunction.LessOrEqual => "<=",
        BinaryFunction.Equal => "==",
        BinaryFunction.NotEqual => "!=",
        _ => throw new InternalCompilerException("emit", $"{function} has no operator"),
    };

    private static string Float(double value, string type, string suffix) =>
        double.IsNaN(value) ? $"{type}.NaN"
        : double.IsPositiveInfinity(value) ? $"{type}.PositiveInfinity"
        : double.IsNegativeInfinity(value) ? $"{type}.NegativeInfinity"
        : (suffix == "f" ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture)) + suffix;
}
