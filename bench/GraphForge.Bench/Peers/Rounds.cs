namespace GraphForge.Bench.Peers;

/// <summary>Times of one work on every side in turn, again and again, so that a slow minute of the machine falls on all alike.</summary>
/// <param name="count">How often each has its turn.</param>
/// <param name="seconds">Length of a turn.</param>
public sealed class Rounds(int count, double seconds)
{
    private const double WarmUpSeconds = 0.2;

    // A library's threads may spin for a moment after their last run.
    private const int RestMilliseconds = 20;

    /// <summary>For each side its time in milliseconds, one a round, and the limits of the machine in each round.</summary>
    /// <param name="sides">Who has a turn.</param>
    /// <param name="measure">What the machine does at most at this moment.</param>
    public (double[][] Times, MachineLimits[] Limits) Run(IReadOnlyList<Side> sides, Func<MachineLimits> measure)
    {
        foreach (var side in sides) side.Time(WarmUpSeconds);
        double[][] times = [.. sides.Select(_ => new double[count])];
        var limits = new MachineLimits[count];
        for (var round = 0; round < count; round++)
        {
            for (var side = 0; side < sides.Count; side++)
            {
                Thread.Sleep(RestMilliseconds);
                times[side][round] = sides[side].Time(seconds);
            }
            Thread.Sleep(RestMilliseconds);
            limits[round] = measure();
        }
        return (times, limits);
    }
}
