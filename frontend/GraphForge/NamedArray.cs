using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge;

/// <summary>
/// An array with the name of the input it fills or the output it receives; a tuple <c>("tokens", tokens)</c> is one. Passing
/// it to a run allocates nothing.
/// </summary>
public readonly struct NamedArray
{
    private readonly Array _array;
    private readonly int _start;
    private readonly long[]? _dims;

    private NamedArray(string name, Array array, DType dtype, int start, int count, long[]? dims)
    {
        (Name, _array, DType, _start, Count, _dims) = (name, array, dtype, start, count, dims);
    }

    public string Name { get; }

    public DType DType { get; }

    /// <summary>Number of elements.</summary>
    public int Count { get; }

    /// <summary>The extents, where they were given; else empty, and a run tells them from the number of elements.</summary>
    internal ReadOnlySpan<long> Dims => _dims;

    internal bool HasDims => _dims is not null;

    internal Span<byte> Bytes => _array is null ? [] : MemoryMarshal.CreateSpan(
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_array), (nint)_start * DType.Size()), checked(Count * DType.Size()));

    /// <param name="name">Name of the input or output.</param>
    /// <param name="values">Elements, row-major; used where they are, not copied.</param>
    /// <param name="dims">Extents. Needed only where the number of elements leaves them open, as in <c>["batch", "length"]</c>.</param>
    /// <exception cref="GraphException">The extents do not multiply to the number of elements.</exception>
    public static NamedArray Of<T>(string name, T[] values, params long[] dims) where T : unmanaged =>
        Of(name, new ArraySegment<T>(values), dims);

    /// <inheritdoc cref="Of{T}(string, T[], long[])"/>
    public static NamedArray Of<T>(string name, ArraySegment<T> values, params long[] dims) where T : unmanaged
    {
        if (dims.Length > 0 && (dims.Any(d => d < 0) || Shape.Of(dims).Size.Value != values.Count))
            throw new GraphException(ErrorCode.BadRunArgument,
                $"'{name}' holds {values.Count} values, which do not fill [{string.Join(", ", dims)}].");
        return new NamedArray(name, values.Array ?? [], DTypes.Of<T>(), values.Offset, values.Count, dims.Length > 0 ? dims : null);
    }

    public static implicit operator NamedArray((string Name, float[] Values) pair) => Whole(pair.Name, pair.Values);

    public static implicit operator NamedArray((string Name, double[] Values) pair) => Whole(pair.Name, pair.Values);

    public static implicit operator NamedArray((string Name, Half[] Values) pair) => Whole(pair.Name, pair.Values);

    public static implicit operator NamedArray((string Name, BFloat16[] Values) pair) => Whole(pair.Name, pair.Values);

    public static implicit operator NamedArray((string Name, long[] Values) pair) => Whole(pair.Name, pair.Values);

    public static implicit operator NamedArray((string Name, int[] Values) pair) => Whole(pair.Name, pair.Values);

    public static implicit operator NamedArray((string Name, byte[] Values) pair) => Whole(pair.Name, pair.Values);

    public static implicit operator NamedArray((string Name, bool[] Values) pair) => Whole(pair.Name, pair.Values);

    /// <summary>New memory for an array of this name and type.</summary>
    /// <param name="count">Number of elements.</param>
    /// <param name="first">The first extent, where this array has extents.</param>
    internal NamedArray Room(int count, int first) =>
        new(Name, new byte[checked(count * DType.Size())], DType, 0, count, _dims is null ? null : [first, .. _dims.Skip(1)]);

    private static NamedArray Whole<T>(string name, T[] values) where T : unmanaged =>
        new(name, values, DTypes.Of<T>(), 0, values.Length, null);
}
