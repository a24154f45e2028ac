using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Schedule.Attention;

/// <summary>The axes of a matrix of scores: the last is of keys, the one before of rows, if there is more than one for its keys.</summary>
/// <param name="Shape">Extents.</param>
/// <param name="HasRows">Whether there is an axis of rows, or one row for each of the leading axes.</param>
public sealed record ScoreAxes(Shape Shape, bool HasRows)
{
    /// <summary>Rows that share keys.</summary>
    public long Rows => HasRows ? Shape[^2].Value : 1;

    /// <summary>Elements of a row.</summary>
    public long Keys => Shape[^1].Value;

    /// <summary>Number of rows, over all leading axes.</summary>
    public long RowCount => Shape.Size.Value / Math.Max(1, Keys);
}
