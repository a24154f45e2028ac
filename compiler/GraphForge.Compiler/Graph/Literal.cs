using System.Runtime.InteropServices;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Graph;

/// <summary>A dense tensor in memory, row-major: the value of a constant, the operand and result of reference evaluation.</summary>
public sealed class Literal : IEquatable<Literal>
{
    private readonly byte[] _bytes;
    private ulong? _hash;

    /// <summary>Zeros of a bound type.</summary>
    public Literal(TensorType type)
    {
        Type = type;
        Count = checked((int)type.Shape.Size.Value);
        _bytes = new byte[type.Bytes];
    }

    public TensorType Type { get; }

    public int Count { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public ulong StableHash => _hash ??= StableHashing.Of(_bytes);

    public static Literal Of<T>(ReadOnlySpan<T> values, params ReadOnlySpan<long> dims) where T : unmanaged
    {
        var literal = new Literal(new TensorType(DTypes.Of<T>(), Shape.Of(dims)));
        values.CopyTo(literal.AsSpan<T>());
        return literal;
    }

    /// <summary>Elements of any type as they are stored.</summary>
    /// <exception cref="ArgumentException">There are not as many bytes as the type takes.</exception>
    public static Literal Of(TensorType type, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != type.Bytes) throw new ArgumentException($"{type} takes {type.Bytes} bytes, not {bytes.Length}.", nameof(bytes));
        var literal = new Literal(type);
        bytes.CopyTo(literal._bytes);
        return literal;
    }

    public static Literal Of(Scalar value)
    {
        var literal = new Literal(new TensorType(value.DType, Shape.Scalar)) { [0] = value };
        return literal;
    }

    /// <summary>The elements as they are stored. Only the maker of a literal writes to it.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not the element type.</exception>
    public Span<T> AsSpan<T>() where T : unmanaged => DTypes.Of<T>() == Type.DType
        ? MemoryMarshal.Cast<byte, T>(_bytes.AsSpan())
        : throw new InvalidOperationException($"A literal of {Type} cannot be viewed as {typeof(T).Name}.");

    public Scalar this[int i]
    {
        get => Type.DType switch
        {
            DType.Float32 => Scalar.Of(DType.Float32, (double)AsSpan<float>()[i]),
            DType.Float64 => Scalar.Of(DType.Float64, AsSpan<double>()[i]),
            DType.Float16 => Scalar.Of(DType.Float16, (double)AsSpan<Half>()[i]),
            DType.BFloat16 => Scalar.Of(DType.BFloat16, (double)(float)AsSpan<BFloat16>()[i]),
            DType.Int32 => Scalar.Of(DType.Int32, (long)AsSpan<int>()[i]),
            DType.Int64 => Scalar.Of(DType.Int64, AsSpan<long>()[i]),
            _ => Scalar.Of(Type.DType, (long)_bytes[i]),
        };
        set
        {
            switch (Type.DType)
            {
                case DType.Float32: AsSpan<float>()[i] = (float)value.AsDouble; break;
                case DType.Float64: AsSpan<double>()[i] = value.AsDouble; break;
                case DType.Float16: AsSpan<Half>()[i] = (Half)(float)value.AsDouble; break;
                case DType.BFloat16: AsSpan<BFloat16>()[i] = (BFloat16)(float)value.AsDouble; break;
                case DType.Int32: AsSpan<int>()[i] = (int)value.AsInt64; break;
                case DType.Int64: AsSpan<long>()[i] = value.AsInt64; break;
                case DType.UInt8: _bytes[i] = (byte)value.AsInt64; break;
                default: _bytes[i] = value.AsBool ? (byte)1 : (byte)0; break;
            }
        }
    }

    /// <summary>Whether every element is the same; <paramref name="value"/> is that element. False when empty.</summary>
    public bool IsUniform(out Scalar value)
    {
        value = Count > 0 ? this[0] : default;
        if (Count == 0) return false;
        var size = Type.DType.Size();
        var first = _bytes.AsSpan(0, size);
        for (var i = size; i < _bytes.Length; i += size)
            if (!_bytes.AsSpan(i, size).SequenceEqual(first)) return false;
        return true;
    }

    public bool Equals(Literal? other) => other is not null && Type == other.Type && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => Equals(obj as Literal);

    public override int GetHashCode() => StableHash.GetHashCode();

    public override string ToString() => Count <= 8
        ? $"{Type} {{{string.Join(", ", Enumerable.Range(0, Count).Select(i => this[i]))}}}"
        : $"{Type} #{StableHash:x16}";
}
