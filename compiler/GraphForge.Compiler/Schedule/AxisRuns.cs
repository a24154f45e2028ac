using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>How the axes a reduction keeps and those it reduces follow each other in the memory of what it reads.</summary>
internal static class AxisRuns
{
    /// <summary>
    /// For each read that goes through a whole tensor once, extents from the outermost axis on, neighbours of one kind merged.
    /// </summary>
    public static IEnumerable<IReadOnlyList<(long Extent, bool IsReduced)>> Of(NodeAccesses accesses)
    {
        if (accesses.Reduced.Count == 0 || accesses.Node.Shape.Size.Value == 0) yield break;
        var elements = accesses.Reduced.Aggregate(accesses.Node.Shape.Size.Value, (product, v) => product * v.Extent);
        foreach (var index in accesses.Reads.Select(r => r.Index).Distinct())
            if (Of(accesses, index) is { Count: > 0 } runs && runs.Aggregate(1L, (product, r) => product * r.Extent) == elements) yield return runs;
    }

    private static List<(long Extent, bool IsReduced)>? Of(NodeAccesses accesses, IndexExpr index)
    {
        var (runs, stride) = (new List<(long Extent, bool IsReduced)>(), 1L);
        foreach (var (atom, coefficient) in index.Terms.OrderBy(t => t.Coefficient))
        {
            if (atom is not LoopVar variable || coefficient != stride) return null;
            stride *= variable.Extent;
            var isReduced = accesses.Reduced.Contains(variable);
            if (runs.Count > 0 && runs[^1].IsReduced == isReduced) runs[^1] = (runs[^1].Extent * variable.Extent, isReduced);
            else runs.Add((variable.Extent, isReduced));
        }
        runs.Reverse();
        return runs;
    }
}
