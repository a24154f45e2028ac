namespace GraphForge.Compiler.Memory;

/// <summary>
/// Reorders short windows around the peak exactly. What is alive after a set of steps does not depend on their order, so a
/// window is solved by dynamic programming over subsets and cannot make another position worse.
/// </summary>
internal static class WindowReordering
{
    /// <summary>Steps in a window: 2^12 subsets; a problem of this size or smaller is solved to the optimum.</summary>
    public const int Width = 12;

    private const int MaximumWindows = 128;

    public static int[] Improve(StepGraph graph, int[] order)
    {
        if (order.Length < 2) return order;
        var result = (int[])order.Clone();
        var width = Math.Min(Width, result.Length);
        for (var window = 0; window < MaximumWindows; window++)
        {
            var profile = LiveProfile.Of(graph, result);
            var peak = profile.IndexOfMaximum();
            if (!Starts(peak, width, result.Length).Any(start => TryImprove(graph, result, start, width, profile))) break;
        }
        return result;
    }

    /// <summary>Windows that hold the peak in their middle, at their end and at their start.</summary>
    private static IEnumerable<int> Starts(int peak, int width, int count) =>
        new[] { peak - width / 2, peak - width + 1, peak }.Select(s => Math.Clamp(s, 0, count - width)).Distinct();

    private static bool TryImprove(StepGraph graph, int[] order, int start, int width, long[] profile)
    {
        var steps = order.AsSpan(start, width);
        var search = new WindowSearch(graph, order, start, width, profile[start]);
        var better = search.Solve(profile.AsSpan(start, width).ToArray().Max());
        better?.CopyTo(steps);
        return better is not null;
    }
}
