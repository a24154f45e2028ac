using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Schedule;

/// <summary>Which results of a group may stand in the bytes of which operands.</summary>
public static class InPlace
{
    /// <summary>Pairs (result, operand) of one size and element width where each element is read before it is overwritten.</summary>
    public static IEnumerable<(Node Result, Node Operand)> Pairs(FusionGroup group, FusionPlan plan)
    {
        if (group.StandsAlone) yield break;
        var operands = group.Members.SelectMany(m => plan.Accesses[m].Reads).Select(r => r.Producer)
            .Where(p => plan.GroupOf.GetValueOrDefault(p) != group).Distinct().ToArray();
        foreach (var result in group.Stored)
            foreach (var operand in operands)
            {
                var readers = group.Members.Select(m => plan.Accesses[m]).Where(a => a.Reads.Any(r => r.Producer == operand));
                if (operand.Type.DType.Size() == result.Type.DType.Size() && operand.Type.Bytes == result.Type.Bytes &&
                    readers.All(r => ReadsOwnElements(group, r, result, operand))) yield return (result, operand);
            }
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
