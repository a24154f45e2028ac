using System.Globalization;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit.Targets;

/// <summary>How values and functions of scalars are spelled in C#: one line a function. What a target spells in its own way is virtual.</summary>
public abstract class ScalarCode
{
    /// <summary>The class of the prelude that holds the functions of floats.</summary>
    protected abstract string Functions { get; }

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

    public virtual string Unary(UnaryFunction function, DType type, string x) => (function, type) switch
    {
        (UnaryFunction.Negate, DType.UInt8) => $"(byte)-{x}",
        (UnaryFunction.Negate, _) => $"-{x}",
        (UnaryFunction.Not, DType.Bool) => $"!{x}",
        (UnaryFunction.Not, DType.UInt8) => $"(byte)~{x}",
        (UnaryFunction.Not, _) => $"~{x}",
        (UnaryFunction.Absolute, DType.Float32 or DType.Float64) => $"Math.Abs({x})",
        (UnaryFunction.Absolute, DType.UInt8) => x,
        (UnaryFunction.Absolute, _) => $"Integers.Absolute({x})",
        (UnaryFunction.Sign, DType.Float32 or DType.Float64) => $"{Functions}.Sign({x})",
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
        _ => $"{Functions}.{function}({x})",
    };

    public virtual string Binary(BinaryFunction function, DType type, string a, string b)
    {
        var text = (function, type) switch
        {
            (BinaryFunction.Divide, DType.Int32 or DType.Int64 or DType.UInt8) => $"Integers.Divide({a}, {b})",
            (BinaryFunction.Remainder, DType.Float32 or DType.Float64) => $"Floats.Remainder({a}, {b})",
            (BinaryFunction.Remainder, _) => $"Integers.Remainder({a}, {b})",
            (BinaryFunction.Power, DType.Float32 or DType.Float64) => $"{Functions}.Power({a}, {b})",
            (BinaryFunction.Power, _) => $"Integers.Power({a}, {b})",
            (BinaryFunction.ShiftLeft, _) => $"Shifts.Left({a}, {b})",
            (BinaryFunction.ShiftRight, _) => $"Shifts.Right({a}, {b})",
            (BinaryFunction.Atan2, _) => $"{Functions}.Atan2({a}, {b})",
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

    /// <summary>A float32, or lanes of them, rounded to a type of 16 bits.</summary>
    public static string Round(DType precision, string x) => $"Halves.Round{precision}({x})";

    /// <summary>Of one element of a random tensor.</summary>
    public string Uniform(string seed, long stream, string index) => $"{Functions}.Uniform({seed}, {stream}L, {index})";

    /// <summary>A scalar as another type, as <see cref="Scalar.As"/> does it.</summary>
    public static string Convert(DType from, DType to, string x) => (from, to) switch
    {
        (DType.Bool, DType.Float32 or DType.Float64 or DType.Int32 or DType.Int64 or DType.UInt8) =>
            $"({x} ? {Literal(Scalar.Of(to, 1L))} : {Literal(Scalar.Of(to, 0L))})",
        (_, DType.Bool) => $"({x} != 0)",
        (DType.Float32 or DType.Float64, DType.UInt8 or DType.Int32) => $"({TypeName(to)})(long){x}",
        _ => $"({TypeName(to)}){x}",
    };

    internal static string Operator(BinaryFunction function) => function switch
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
