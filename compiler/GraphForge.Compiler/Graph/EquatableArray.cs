using System.Collections;
using System.Runtime.CompilerServices;

namespace GraphForge.Compiler.Graph;

/// <summary>An immutable array with structural equality, so that op records holding one compare by value.</summary>
[CollectionBuilder(typeof(EquatableArray), nameof(EquatableArray.Create))]
public readonly struct EquatableArray<T>(T[]? items) : IEquatable<EquatableArray<T>>, IReadOnlyList<T>, IArrayView
{
    private readonly T[]? _items = items;

    public int Count => _items?.Length ?? 0;

    public int Length => Count;

    public T this[int index] => _items![index];

    public ReadOnlySpan<T> AsSpan() => _items;

    Array IArrayView.Items => _items ?? [];

    public static implicit operator EquatableArray<T>(T[] items) => new(items);

    public bool Equals(EquatableArray<T> other)
    {
        var comparer = EqualityComparer<T>.Default;
        if (Count != other.Count) return false;
        for (var i = 0; i < Count; i++)
            if (!comparer.Equals(_items![i], other._items![i])) return false;
        return true;
    }

    public override bool Equals(object? obj) => obj is EquatableArray<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in AsSpan()) hash.Add(item);
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"[{string.Join(", ", this)}]";

    public static bool operator ==(EquatableArray<T> left, EquatableArray<T> right) => left.Equals(right);

    public static bool operator !=(EquatableArray<T> left, EquatableArray<T> right) => !left.Equals(right);
}

/// <summary>An array of whichever elements.</summary>
internal interface IArrayView
{
    /// <summary>The elements; not to be changed.</summary>
    Array Items { get; }
}

/// <summary>Builds an <see cref="EquatableArray{T}"/> from a collection expression.</summary>
public static class EquatableArray
{
    public static EquatableArray<T> Create<T>(ReadOnlySpan<T> items) => new(items.ToArray());

    public static EquatableArray<T> ToEquatable<T>(this IEnumerable<T> items) => new(items.ToArray());
}
