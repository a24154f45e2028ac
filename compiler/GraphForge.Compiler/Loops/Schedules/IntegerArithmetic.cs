namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>Integer arithmetic of cutting axes into pieces.</summary>
internal static class IntegerArithmetic
{
    /// <summary>⌈a / b⌉ for a not negative and b positive.</summary>
    public static long CeilingDivide(long a, long b) => (a + b - 1) / b;

    /// <summary>0, 1, … up to <paramref name="count"/>, which is small.</summary>
    public static IEnumerable<long> Below(long count) => Enumerable.Range(0, (int)count).Select(i => (long)i);

    public static long GreatestCommonDivisor(long a, long b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
