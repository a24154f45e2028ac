using System.Globalization;

namespace GraphForge.Bench.Peers;

/// <summary>What the machine did at most in each round, which tells whether it had other work too.</summary>
public sealed class LimitsOfRounds(IReadOnlyList<MachineLimits> rounds)
{
    /// <summary>Where other programs take turns, whole rounds fall far below the best.</summary>
    private const double QuietShare = 0.8;

    private double Median => RunTime.Median(rounds.Select(r => r.Flops));

    private double Best => rounds.Max(r => r.Flops);

    /// <summary>Whether most rounds came near the best one.</summary>
    public bool IsQuiet => Median >= QuietShare * Best;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"peak {Median / 1e9:F0} GFLOP/s (at best {Best / 1e9:F0}), copy {RunTime.Median(rounds.Select(r => r.Bytes)) / 1e9:F1} GB/s");
}
