using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GraphForge.Bench;

/// <summary>Measures what the processor can do at most: independent fused multiply-adds from registers, on every thread at once.</summary>
public static class FmaPeak
{
    private const int Chains = 12;

    private const int Rounds = 20_000;

    private static readonly float[] Start = Enumerable.Range(1, Chains).Select(i => (float)i).ToArray();

    /// <summary>Float32 operations a second, a fused multiply-add counting two.</summary>
    public static double Measure(int threads, double seconds = 0.2)
    {
        var best = 0.0;
        for (var attempt = 0; attempt < 3; attempt++) best = Math.Max(best, MeasureOnce(threads, seconds));
        return best;
    }

    private static double MeasureOnce(int threads, double seconds)
    {
        var done = new long[threads];
        var sums = new float[threads];
        var clock = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, threads).Select(t => new Thread(() =>
        {
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                sums[t] += Spin(Rounds);
                done[t] += (long)Rounds * Chains * Vector512<float>.Count * 2;
            }
        })).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return done.Sum() / clock.Elapsed.TotalSeconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Spin(int rounds)
    {
        var x = Vector512.Create(0.999f);
        var y = Vector512.Create(1e-9f);
        // Chains that start alike would be one chain to the compiler.
        Vector512<float> a = y * Start[0], b = y * Start[1], c = y * Start[2], d = y * Start[3], e = y * Start[4], f = y * Start[5];
        Vector512<float> g = y * Start[6], h = y * Start[7], i = y * Start[8], j = y * Start[9], k = y * Start[10], l = y * Start[11];
        for (var round = 0; round < rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
