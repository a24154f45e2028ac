using GraphForge.Runtime;

namespace GraphForge.Compiler.Graph;

/// <summary>
/// One element: a number and its type. Floats are kept as float64 (rounded to their type), the rest as int64. Floats of 16
/// bits are rounded from float32, not from wider numbers, as PyTorch does it and as kernels compute.
/// </summary>
public readonly record struct Scalar
{
    private readonly double _float;
    private readonly long _integer;

    private Scalar(DType type, double value, long integer) => (DType, _float, _integer) = (type, value, integer);

    public DType DType { get; }

    /// <summary>Rounds or wraps <paramref name="value"/> to <paramref name="type"/> as a C# cast does; any nonzero is true.</summary>
    public static Scalar Of(DType type, double value) => type switch
    {
        DType.Float64 => new(type, value, 0),
        DType.Float32 => new(type, (float)value, 0),
        DType.Float16 => new(type, (double)(Half)(float)value, 0),
        DType.BFloat16 => new(type, (BFloat16)(float)value, 0),
        DType.Bool => new(type, 0, value != 0 ? 1 : 0),
        _ => Of(type, (long)value),
    };

    /// <inheritdoc cref="Of(DType, double)"/>
    public static Scalar Of(DType type, long value) => type switch
    {
        DType.Float64 => new(type, value, 0),
        DType.Float32 => new(type, (float)value, 0),
        DType.Float16 or DType.BFloat16 => Of(type, (double)(float)value),
        DType.Bool => new(type, 0, value != 0 ? 1 : 0),
        DType.UInt8 => new(type, 0, (byte)value),
        DType.Int32 => new(type, 0, (int)value),
        _ => new(type, 0, value),
    };

    public static Scalar Of(bool value) => new(DType.Bool, 0, value ? 1 : 0);

    public double AsDouble => DType.IsFloat() ? _float : _integer;

    public long AsInt64 => DType.IsFloat() ? (long)_float : _integer;

    public bool AsBool => DType.IsFloat() ? _float != 0 : _integer != 0;

    public Scalar As(DType type) => DType.IsFloat() ? Of(type, _float) : Of(type, _integer);

    /// <summary>Equal as bits: NaN equals NaN, 0 and -0 differ.</summary>
    public bool Equals(Scalar other) => DType == other.DType && _integer == other._integer &&
        BitConverter.DoubleToInt64Bits(_float) == BitConverter.DoubleToInt64Bits(other._float);

    public override int GetHashCode() => HashCode.Combine(DType, BitConverter.DoubleToInt64Bits(_float), _integer);

    public override string ToString() => DType switch
    {
        DType.Bool => AsBool ? "true" : "false",
        DType.Float32 or DType.Float16 or DType.BFloat16 => ((float)_float).ToString("R"),
        DType.Float64 => _float.ToString("R"),
        _ => _integer.ToString(),
    };
}
