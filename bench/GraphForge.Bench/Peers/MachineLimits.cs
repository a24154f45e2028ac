namespace GraphForge.Bench.Peers;

/// <summary>What the machine did at most a moment ago.</summary>
/// <param name="Flops">Float32 operations a second.</param>
/// <param name="Bytes">Bytes read and written a second by a copy of 16 MiB.</param>
public readonly record struct MachineLimits(double Flops, double Bytes)
{
    private const double Seconds = 0.05;

    public static MachineLimits Measure(int threads) =>
        new(FmaPeak.Measure(threads, Seconds), CopyBandwidth.Measure(threads, Seconds));
}
