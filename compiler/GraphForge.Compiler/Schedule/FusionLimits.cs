using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Schedule;

/// <summary>What fusion leaves alone, though it could be fused.</summary>
/// <param name="TilesScores">Whether matrices of scores are computed in tiles where they can be, and else stored.</param>
/// <param name="Apart">Nodes that have a kernel to themselves.</param>
public sealed record FusionLimits(bool TilesScores, IReadOnlySet<Node> Apart)
{
    /// <summary>Everything is fused that can be.</summary>
    public static FusionLimits None { get; } = new(true, new HashSet<Node>());
}
