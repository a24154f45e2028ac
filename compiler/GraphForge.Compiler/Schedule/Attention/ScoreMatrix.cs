using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Schedule.Attention;

/// <summary>
/// Scores of rows (queries) against keys, [.., rows, keys], and all that is computed from them element by element. What is read
/// of them are sums over a row or a column, so that they need never be in memory as a whole: every kernel that needs some
/// computes them anew, a tile at a time. Identity is the object.
/// </summary>
/// <param name="shape">Shape of the contraction that makes the scores.</param>
/// <param name="sums">Every reduction and contraction of scores, and the scores it sums.</param>
public sealed class ScoreMatrix(Shape shape, IReadOnlyDictionary<Node, Node> sums)
{
    public Shape Shape { get; } = shape;

    /// <summary>The scores that a reduction of rows, or a contraction over rows or columns, sums.</summary>
    public Node SummedBy(Node sum) => sums[sum];

    /// <summary>Elements of a row.</summary>
    public long Keys => Shape[^1].Value;

    /// <summary>Number of rows, over all leading axes.</summary>
    public long RowCount => Shape.Size.Value / Keys;
}
