using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Schedule;

/// <summary>What fusion leaves alone, though it could be fused.</summary>
/// <param name="SplitsScores">Whether sums of rows and of columns of a matrix of scores never share a kernel.</param>
/// <param name="Apart">Nodes that have a kernel to themselves.</param>
public sealed record FusionLimits(bool SplitsScores, IReadOnlySet<Node> Apart)
{
    /// <summary>Whether the operands of contractions are loads, with nothing computed on the way.</summary>
    public bool LoadsOperands { get; init; }

    /// <summary>Everything is fused that can be.</summary>
    public static FusionLimits None { get; } = new(false, new HashSet<Node>());
}
