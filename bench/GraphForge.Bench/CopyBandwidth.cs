using System.Diagnostics;

namespace GraphForge.Bench;

/// <summary>Measures how fast memory is read and written at most: 16 MiB copied from one place to another, each thread its part.</summary>
public static class CopyBandwidth
{
    private const int Floats = 4 << 20;

    private static readonly float[] From = [.. Enumerable.Range(0, Floats).Select(i => (float)i)];
    private static readonly float[] To = new float[Floats];

    /// <summary>Bytes a second, those read and those written.</summary>
    public static double Measure(int threads, double seconds = 0.2)
    {
        var best = 0.0;
        for (var attempt = 0; attempt < 3; attempt++) best = Math.Max(best, MeasureOnce(threads, seconds));
        return best;
    }

    private static double MeasureOnce(int threads, double seconds)
    {
        var copied = new long[threads];
        var clock = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, threads).Select(t => new Thread(() =>
        {
            var (start, end) = ((int)((long)Floats * t / threads), (int)((long)Floats * (t + 1) / threads));
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                From.AsSpan(start..end).CopyTo(To.AsSpan(start..end));
                copied[t] += end - start;
            }
        })).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return 2.0 * sizeof(float) * copied.Sum() / clock.Elapsed.TotalSeconds;
    }
}
