using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Contractions of one form that share the operand which is the same for all lanes: one kernel loads it once and adds to all of
/// them, so that what combines them (the gates of a recurrent cell) follows in registers.
/// </summary>
internal static class SiblingContractions
{
    /// <summary>Sums beyond this would leave each too few registers.</summary>
    private const int Most = 6;

    /// <summary>Null when the contractions of both groups fit one kernel, else the reason against.</summary>
    public static string? WhyNot(IEnumerable<Node> home, IEnumerable<Node> other)
    {
        var contractions = home.Concat(other).Where(m => m.Op is Contraction).ToArray();
        if (contractions.Length != home.Concat(other).Count(m => NodeDefinition.Of(m).Structure == NodeStructure.Contraction))
            return "only contractions of one form share a kernel";
        var first = contractions[0];
        if (contractions.Any(c => !c.Op.Equals(first.Op) || c.Type != first.Type)) return "the contractions have other forms";
        if (contractions.Length > Most) return $"more than {Most} sums at once";
        var op = (Contraction)first.Op;
        return IsShared(0, op.Left) || IsShared(1, op.Right) ? null : "the contractions share no operand, or one that differs between lanes";

        bool IsShared(int side, IEnumerable<int> labels) =>
            contractions.All(c => c.Inputs[side] == first.Inputs[side]) && op.Output.Count > 0 && !labels.Contains(op.Output[^1]);
    }
}
