using System.Diagnostics;

namespace GraphForge.Bench;

/// <summary>Times of runs.</summary>
public static class RunTime
{
    private const int FewestRuns = 5;

    /// <summary>Milliseconds of the median run of as many as fit into <paramref name="seconds"/>, at least five.</summary>
    public static double Median(Action run, double seconds) => Median(() => Of(run), seconds);

    /// <summary>Milliseconds of one run.</summary>
    public static double Of(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>The median of as many runs as fit into <paramref name="seconds"/>, at least five, each of which gives its milliseconds.</summary>
    public static double Median(Func<double> run, double seconds)
    {
        var times = new List<double>();
        var begin = Stopwatch.GetTimestamp();
        while (times.Count < FewestRuns || Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds) times.Add(run());
        return Median(times);
    }

    /// <summary>The middle one in order; of an even number the larger of the two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
