using System.Diagnostics;

namespace GraphForge.Bench;

/// <summary>Times of runs.</summary>
public static class RunTime
{
    /// <summary>Milliseconds of the median run of as many as fit into <paramref name="seconds"/>, at least five.</summary>
    public static double Median(Action run, double seconds)
    {
        var times = new List<double>();
        var begin = Stopwatch.GetTimestamp();
        while (times.Count < 5 || Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds)
        {
            var start = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        times.Sort();
        return times[times.Count / 2];
    }
}
