using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules.Attention;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule.Attention;

/// <summary>
/// Scores of rows (queries) against keys, [.., rows, keys], and all that is computed from them element by element. What is read
/// of them are sums over a row or a column, so that they need never be in memory as a whole: every kernel that needs some
/// computes them anew, a tile at a time. Identity is the object.
/// </summary>
/// <param name="axes">Of the contraction that makes the scores.</param>
/// <param name="sums">Every reduction and contraction of scores, and the scores it sums.</param>
public sealed class ScoreMatrix(ScoreAxes axes, IReadOnlyDictionary<Node, Node> sums)
{
    public ScoreAxes Axes { get; } = axes;

    /// <summary>The scores that a reduction of rows, or a contraction over rows or columns, sums.</summary>
    public Node SummedBy(Node sum) => sums[sum];

    /// <summary>Whether a sum goes along columns.</summary>
    public bool SumsColumns(Node sum) => sum.Op is Contraction && ScoreProduct.Of(sum, SummedBy(sum), Axes) is { OverKeys: false };

    /// <summary>Whether two contractions of scores go along the same axes of them.</summary>
    public bool SumsAlike(Node a, Node b) => Summed(a).SetEquals(Summed(b));

    private HashSet<int> Summed(Node sum)
    {
        var op = (Contraction)sum.Op;
        var labels = (sum.Inputs[0] == SummedBy(sum) ? op.Left : op.Right).ToArray();
        return [.. op.Contracted.Select(label => Array.IndexOf(labels, label))];
    }

    /// <summary>Whether a sum goes along columns of so few matrices that it should have a kernel of its own.</summary>
    public bool SumsColumnsAlone(Node sum)
    {
        if (sum.Op is not Contraction op || ScoreProduct.Of(sum, SummedBy(sum), Axes) is not { OverKeys: false } roles) return false;
        var features = sum.Shape[Array.IndexOf(op.Output.ToArray(), roles.Feature)].Value;
        return AttentionSchedule.SplitsKeys(sum.Shape.Size.Value / Math.Max(1, features * Axes.Keys), Axes.Keys);
    }
}
