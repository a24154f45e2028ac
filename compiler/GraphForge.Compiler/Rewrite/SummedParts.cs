namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Into how many parts a long sum is cut, which are summed by themselves and then added up: more tasks, whose number does not
/// depend on the number of workers, and smaller rounding errors.
/// </summary>
internal static class SummedParts
{
    private const int Most = 16;

    /// <param name="operands">Elements summed over.</param>
    /// <param name="result">Elements of a partial sum; all of them are to be few beside the operands.</param>
    /// <param name="count">What the parts share out evenly.</param>
    public static long Of(long operands, long result, long count)
    {
        for (var parts = Math.Clamp(operands / (4 * result), 1, Most); parts > 1; parts--)
            if (count % parts == 0) return parts;
        return 1;
    }
}
