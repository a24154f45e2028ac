using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Schedule;

/// <summary>Which results of a group may stand in the bytes of which operands.</summary>
public static class InPlace
{
    /// <summary>Pairs (result, operand) of one size and element width where each element is read before it is overwritten.</summary>
    /// <param name="group">The kernel.</param>
    /// <param name="plan">What its members read.</param>
    /// <param name="isPlanned">Whether the planner decides where a node stands; no other may take over bytes or give them.</param>
    public static IEnumerable<(Node Result, Node Operand)> Pairs(FusionGroup group, FusionPlan plan, Predicate<Node> isPlanned)
    {
        if (group.StandsAlone) yield break;
        var results = group.Stored.Where(s => isPlanned(s)).ToArray();
        if (results.Length == 0) yield break;
        var readers = group.Members.Select(m => plan.Accesses[m])
            .SelectMany(a => a.Reads.Select(r => r.Producer).Distinct().Select(p => (Operand: p, Reader: a)))
            .Where(r => plan.GroupOf.GetValueOrDefault(r.Operand) != group && isPlanned(r.Operand))
            .GroupBy(r => r.Operand, r => r.Reader, (IEqualityComparer<Node>)ReferenceEqualityComparer.Instance).ToArray();
        foreach (var result in results)
            foreach (var operand in readers)
                if (operand.Key.Type.DType.Size() == result.Type.DType.Size() && operand.Key.Type.Bytes == result.Type.Bytes &&
                    operand.All(r => ReadsOwnElements(group, r, result, operand.Key))) yield return (result, operand.Key);
    }

    /// <summary>Whether the reader touches only the element of <paramref name="operand"/> that stands where it writes the result.</summary>
    public static bool ReadsOwnElements(FusionGroup group, NodeAccesses reader, Node result, Node operand)
    {
        if (group.Prologue.Contains(reader.Node)) return false;
        if (group.Geometry is not { } geometry) return reader.Reduced.Count == 0 && reader.IsIdentity(operand);
        if (group.StretchLevel.Contains(result)) return false;
        var resultIsRow = group.RowLevel.Contains(result);
        // The pass over the columns may read the row's operands again, after row results are stored.
        if (resultIsRow && group.Stored.Any(s => !group.RowLevel.Contains(s))) return false;
        if (group.StretchLevel.Contains(reader.Node)) return !resultIsRow;
        if (resultIsRow != group.RowLevel.Contains(reader.Node))
            return !resultIsRow && reader.Reduced.Count > 0 && reader.ReducesRowsOf(operand, geometry);
        return reader.Reduced.Count == 0 && reader.IsIdentity(operand);
    }
}
