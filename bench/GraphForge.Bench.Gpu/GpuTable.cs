using System.Globalization;
using GraphForge.Bench.Peers;

namespace GraphForge.Bench.Gpu;

/// <summary>Rows as a table of Markdown.</summary>
public static class GpuTable
{
    public const string Header = "| work | GraphForge ms | PyTorch ms | torch.compile ms | PyTorch ÷ GraphForge | torch.compile ÷ GraphForge | share of copy bandwidth |\n|---|---|---|---|---|---|---|";

    /// <param name="work">What was timed.</param>
    /// <param name="own">Milliseconds of GraphForge, one a round.</param>
    /// <param name="eager">Of PyTorch; null where it is missing.</param>
    /// <param name="compiled">Of torch.compile; null where it is missing.</param>
    /// <param name="limits">What the device did at most, in each round.</param>
    public static string Line(Work work, double[] own, double[]? eager, double[]? compiled, MachineLimits[] limits)
    {
        var milliseconds = RunTime.Median(own);
        var isBoundByMemory = work is GpuKernelWork { Flops: 0 };
        var share = isBoundByMemory ? $"{1e5 * RunTime.Median(limits.Select(work.Floor)) / milliseconds:F0} %" : "–";
        string[] cells =
        [
            work.Name, Number(milliseconds), eager is null ? "–" : Number(RunTime.Median(eager)), compiled is null ? "–" : Number(RunTime.Median(compiled)),
            Ratio(eager, own), Ratio(compiled, own), share,
        ];
        return $"| {string.Join(" | ", cells)} |";
    }

    private static string Ratio(double[]? peer, double[] own) => peer is null ? "–" : Number(PeerTime.Of(peer, own).Ratio);

    private static string Number(double value) => value.ToString(value >= 100 ? "F0" : value >= 1 ? "F2" : "F4", CultureInfo.InvariantCulture);
}
