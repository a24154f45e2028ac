namespace GraphForge.Compiler.Tests.Loops;

/// <summary>Indices of a box in row-major order.</summary>
public static class RowMajor
{
    /// <summary>Every index of a box, each a fresh array. A box of no axes has one index, an empty box none.</summary>
    public static IEnumerable<long[]> Indices(IReadOnlyList<long> extents)
    {
        var count = extents.Aggregate(1L, (a, b) => a * b);
        for (long linear = 0; linear < count; linear++) yield return Unravel(linear, extents);
    }

    public static long[] Unravel(long linear, IReadOnlyList<long> extents)
    {
        var index = new long[extents.Count];
        for (var axis = index.Length - 1; axis >= 0; axis--) (linear, index[axis]) = Math.DivRem(linear, extents[axis]);
        return index;
    }

    public static int Linear(IReadOnlyList<long> index, IReadOnlyList<long> extents)
    {
        long linear = 0;
        for (var axis = 0; axis < index.Count; axis++) linear = linear * extents[axis] + index[axis];
        return checked((int)linear);
    }
}
