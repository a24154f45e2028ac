namespace GraphForge.Runtime.Device;

/// <summary>
/// The iterations at work of all loops around a step as one number, which is what a kernel of a device is given: a digit a loop, the
/// outermost first.
/// </summary>
public static class LoopIteration
{
    /// <summary>Of loops that end by a condition alone; even, so that what takes turns still does when it wraps.</summary>
    private const long Unbounded = 1L << 31;

    /// <summary>How many values the digit of a loop has.</summary>
    /// <param name="iterations">Most times the loop runs.</param>
    public static long Radix(long iterations) => Math.Clamp(iterations, 1, Unbounded);

    /// <summary>The number within an iteration of a loop.</summary>
    /// <param name="outside">The number around the loop.</param>
    /// <param name="loop">The loop.</param>
    /// <param name="iteration">Its iteration at work.</param>
    public static long Within(long outside, PlanLoop loop, long iteration) => outside * Radix(loop.Iterations) + iteration % Radix(loop.Iterations);
}
