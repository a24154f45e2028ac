namespace GraphForge.Compiler.Ops;

/// <summary>Every index of a box 0..extent-1 an axis, row-major; what the naive references loop over.</summary>
internal static class IndexSpace
{
    /// <summary>One index after another in the same array, which the caller must not keep. Rank 0 has one index.</summary>
    public static IEnumerable<long[]> Each(IReadOnlyList<long> extents)
    {
        if (extents.Any(e => e <= 0)) yield break;
        var index = new long[extents.Count];
        while (true)
        {
            yield return index;
            var axis = index.Length - 1;
            while (axis >= 0 && ++index[axis] == extents[axis]) index[axis--] = 0;
            if (axis < 0) yield break;
        }
    }

    /// <summary>Row-major position of <paramref name="index"/> for the given strides.</summary>
    public static int Offset(ReadOnlySpan<long> index, ReadOnlySpan<long> strides)
    {
        long offset = 0;
        for (var i = 0; i < index.Length; i++) offset += index[i] * strides[i];
        return (int)offset;
    }
}
