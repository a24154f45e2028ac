using System.Diagnostics;

namespace GraphForge.Tool.Measurement;

/// <summary>Times of runs in milliseconds, sorted.</summary>
/// <param name="Sorted">Ascending; at least one.</param>
internal sealed record RunTimes(double[] Sorted)
{
    private const int FewestRuns = 5;

    /// <summary>More tell nothing new, and their times would fill the memory.</summary>
    private const int MostRuns = 1_000_000;

    public double Median => Percentile(50);

    /// <summary>The smallest time that so many percent of the runs do not exceed (nearest rank).</summary>
    public double Percentile(double percent) => Sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * Sorted.Length) - 1, 0, Sorted.Length - 1)];

    /// <summary>Runs until the time is over, at least five times and at most a million.</summary>
    /// <param name="run">What is measured.</param>
    /// <param name="before">What is done before each run and not measured.</param>
    /// <param name="duration">How long.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static RunTimes Measure(Action run, Action before, TimeSpan duration, CancellationToken cancellation)
    {
        var times = new List<double>();
        for (var begin = Stopwatch.GetTimestamp(); times.Count < FewestRuns || times.Count < MostRuns && Stopwatch.GetElapsedTime(begin) < duration;)
        {
            cancellation.ThrowIfCancellationRequested();
            before();
            var start = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return new RunTimes([.. times.Order()]);
    }
}
