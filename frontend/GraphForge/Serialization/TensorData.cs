using System.Runtime.InteropServices;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Serialization;

/// <summary>The elements of a tensor, wherever they are: in a model, in an array, or in a file that is read when asked.</summary>
public abstract class TensorData
{
    private protected TensorData(DType dtype, Shape shape) => (DType, Shape) = (dtype, shape);

    public DType DType { get; }

    public Shape Shape { get; }

    internal TensorType Type => new(DType, Shape);

    /// <summary>Elements of an array, copied.</summary>
    /// <exception cref="ArgumentException">The values do not fill the shape.</exception>
    public static TensorData Of<T>(ReadOnlySpan<T> values, params ReadOnlySpan<long> dims) where T : unmanaged
    {
        var shape = Shape.Of(dims);
        return shape.Size.Value == values.Length
            ? new ArrayData(DTypes.Of<T>(), shape, MemoryMarshal.AsBytes(values).ToArray())
            : throw new ArgumentException($"{values.Length} values do not fill the shape {shape}, which holds {shape.Size}.", nameof(values));
    }

    /// <summary>The elements, row-major, copied.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the element type.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        var values = new T[Shape.Size.Value];
        CopyTo<T>(values);
        return values;
    }

    /// <summary>Copies the elements, row-major.</summary>
    /// <exception cref="ArgumentException">The destination is of another type or size.</exception>
    public void CopyTo<T>(Span<T> destination) where T : unmanaged
    {
        if (DTypes.Of<T>() != DType || destination.Length != Shape.Size.Value)
            throw new ArgumentException($"{Type} does not go into {destination.Length} elements of {typeof(T).Name}.", nameof(destination));
        CopyBytes(MemoryMarshal.AsBytes(destination));
    }

    /// <summary>The same elements, copied into memory of their own.</summary>
    public TensorData Clone()
    {
        var bytes = new byte[Type.Bytes];
        CopyBytes(bytes);
        return new ArrayData(DType, Shape, bytes);
    }

    /// <summary>Copies the elements as <see cref="DType"/> stores them; the destination holds them exactly.</summary>
    internal abstract void CopyBytes(Span<byte> destination);

    public override string ToString() => Type.ToString();

    private sealed class ArrayData(DType dtype, Shape shape, byte[] bytes) : TensorData(dtype, shape)
    {
        internal override void CopyBytes(Span<byte> destination) => bytes.CopyTo(destination);
    }
}
