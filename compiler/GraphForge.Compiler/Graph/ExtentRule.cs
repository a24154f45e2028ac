namespace GraphForge.Compiler.Graph;

/// <summary>What a model demands of an extent that is known only when its symbols are bound.</summary>
/// <param name="Minimum">Smallest extent that works.</param>
/// <param name="Problem">The error where it is smaller.</param>
/// <param name="Source">The user's line that demands it.</param>
public sealed record ExtentRule(long Minimum, string Problem, SourceLocation Source)
{
    /// <exception cref="GraphException">The extent is bound and too small.</exception>
    public void Check(Dim extent)
    {
        if (extent.IsBound && extent.Value < Minimum) throw new GraphException(ErrorCode.ShapeMismatch, Problem, Source);
    }
}
