namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>Integer arithmetic of cutting axes into pieces.</summary>
internal static class IntegerArithmetic
{
    /// <summary>⌈a / b⌉ for a not negative and b positive.</summary>
    public static long CeilingDivide(long a, long b) => (a + b - 1) / b;

    public static long GreatestCommonDivisor(long a, long b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
