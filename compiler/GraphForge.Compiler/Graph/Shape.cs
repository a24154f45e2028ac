using System.Collections;
using System.Runtime.CompilerServices;

namespace GraphForge.Compiler.Graph;

/// <summary>The extents of a tensor, outermost first. Rank 0 is a scalar.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape(EquatableArray<Dim> dims) : IEquatable<Shape>, IReadOnlyList<Dim>
{
    public static readonly Shape Scalar = new([]);

    public EquatableArray<Dim> Dims { get; } = dims;

    public static Shape Create(ReadOnlySpan<Dim> dims) => new(EquatableArray.Create(dims));

    public static Shape Of(params ReadOnlySpan<long> dims)
    {
        var result = new Dim[dims.Length];
        for (var i = 0; i < dims.Length; i++) result[i] = dims[i];
        return new Shape(result);
    }

    public static Shape Of(IEnumerable<Dim> dims) => new(dims.ToEquatable());

    public int Rank => Dims.Count;

    public int Count => Dims.Count;

    public Dim this[int axis] => Dims[axis];

    public bool IsBound => Dims.All(d => d.IsBound);

    /// <summary>Number of elements.</summary>
    public Dim Size => Dims.Aggregate((Dim)1, (a, b) => a * b);

    /// <summary>The extents as integers.</summary>
    /// <exception cref="InvalidOperationException">An extent is symbolic.</exception>
    public long[] Values => Dims.Select(d => d.Value).ToArray();

    /// <summary>Row-major strides in elements, for a bound shape.</summary>
    public long[] Strides()
    {
        var strides = new long[Rank];
        long stride = 1;
        for (var axis = Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= Dims[axis].Value;
        }
        return strides;
    }

    public Shape Bind(IReadOnlyDictionary<DimSymbol, long> values) => Of(Dims.Select(d => d.Bind(values)));

    /// <summary>The shape with axis <paramref name="axis"/> replaced.</summary>
    public Shape With(int axis, Dim dim) => Of(Dims.Select((d, i) => i == axis ? dim : d));

    public bool Equals(Shape other) => Dims == other.Dims;

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode() => Dims.GetHashCode();

    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    public IEnumerator<Dim> GetEnumerator() => Dims.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"[{string.Join(", ", Dims)}]";
}
