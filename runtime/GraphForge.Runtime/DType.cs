namespace GraphForge.Runtime;

/// <summary>Element types a tensor can hold.</summary>
public enum DType : byte
{
    Bool,
    UInt8,
    Int32,
    Int64,

    /// <summary>IEEE 754 binary16, .NET's <see cref="Half"/>: 11 significant bits, up to 65504.</summary>
    Float16,

    /// <summary>The upper half of a float32, <see cref="Runtime.BFloat16"/>: 8 significant bits, the range of float32.</summary>
    BFloat16,
    Float32,
    Float64,
}

/// <summary>Facts about a <see cref="DType"/>.</summary>
public static class DTypes
{
    /// <summary>Size of one element in bytes. A <see cref="DType.Bool"/> takes one byte, 0 or 1.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.Bool or DType.UInt8 => 1,
        DType.Float16 or DType.BFloat16 => 2,
        DType.Int32 or DType.Float32 => 4,
        DType.Int64 or DType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    public static bool IsFloat(this DType type) => type.IsHalf() || type is DType.Float32 or DType.Float64;

    /// <summary>Whether the type is a float of 16 bits: one that is stored, but computed with as float32.</summary>
    public static bool IsHalf(this DType type) => type is DType.Float16 or DType.BFloat16;

    /// <summary>The type in which values of <paramref name="type"/> are computed: float32 for floats of 16 bits, else the type itself.</summary>
    public static DType Arithmetic(this DType type) => type.IsHalf() ? DType.Float32 : type;

    public static bool IsInteger(this DType type) => type is DType.UInt8 or DType.Int32 or DType.Int64;

    /// <summary>The element type that stores values of <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is no element type.</exception>
    public static DType Of<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? DType.Float32 :
        typeof(T) == typeof(double) ? DType.Float64 :
        typeof(T) == typeof(Half) ? DType.Float16 :
        typeof(T) == typeof(BFloat16) ? DType.BFloat16 :
        typeof(T) == typeof(int) ? DType.Int32 :
        typeof(T) == typeof(long) ? DType.Int64 :
        typeof(T) == typeof(byte) ? DType.UInt8 :
        typeof(T) == typeof(bool) ? DType.Bool :
        throw new NotSupportedException($"{typeof(T)} is not a tensor element type; use bool, byte, int, long, Half, BFloat16, float or double.");
}
