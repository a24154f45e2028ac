namespace GraphForge.Runtime;

/// <summary>Sizes and descriptions of dense row-major tensors.</summary>
internal static class TensorLayout
{
    /// <summary>Element count times element size; null when an extent is negative or the product exceeds 2⁶³ − 1.</summary>
    public static long? Bytes(DType type, IReadOnlyList<long> dims)
    {
        // An extent of 0 empties the tensor however large the others are, so the product may only be formed without one.
        var empty = false;
        for (var axis = 0; axis < dims.Count; axis++)
        {
            if (dims[axis] < 0) return null;
            empty |= dims[axis] == 0;
        }

        if (empty) return 0;
        Int128 bytes = type.Size();
        for (var axis = 0; axis < dims.Count; axis++)
        {
            bytes *= dims[axis];
            if (bytes > long.MaxValue) return null;
        }

        return (long)bytes;
    }

    /// <summary>For example <c>float32[2, 3]</c>.</summary>
    public static string Describe(DType type, IReadOnlyList<long> dims) => $"{Name(type)}[{string.Join(", ", dims)}]";

    public static string Name(DType type) => type.ToString().ToLowerInvariant();

    /// <summary>The number of elements as a span's length.</summary>
    /// <exception cref="InvalidOperationException">There are more than a span can hold.</exception>
    public static int SpanLength(string name, long elements) => elements <= int.MaxValue
        ? (int)elements
        : throw new InvalidOperationException($"'{name}' has {elements} elements, more than a span can hold.");
}
