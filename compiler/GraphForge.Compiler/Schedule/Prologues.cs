using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Elementwise work that only feeds a reduction is computed at the element being reduced, and what only feeds a contraction as its operand
/// is packed: it needs neither a kernel nor memory.
/// </summary>
internal static class Prologues
{
    public static void Absorb(FusionState state, FusionLimits limits)
    {
        foreach (var group in state.Groups.Where(g => g.Members.Count > 0 && !state.IsApart(g)).ToArray())
        {
            if (group.Kind == GroupKind.Reduction) Absorb(state, group, group.Members.First(m => state.Structures[m] == NodeStructure.Reduction));
            else if (group.Kind == GroupKind.Contraction && !limits.LoadsOperands && PackedOperands.Of(state, group) is { } operands)
                Absorb(state, group, operands.Contraction, operands.MayCompute);
        }
    }

    private static void Absorb(FusionState state, FusionGroup group, Node reduction) =>
        Absorb(state, group, reduction, _ => !OverlapsWindows(state.Accesses[reduction]));

    private static void Absorb(FusionState state, FusionGroup group, Node reduction, Func<FusionGroup, bool> mayCompute)
    {
        foreach (var source in state.ProducersOf(reduction).Select(p => state.GroupOf[p]).Distinct().ToArray())
        {
            if (source == group || source.Kind != GroupKind.Map || state.IsApart(source)) continue;
            var feedsOnlyUs = source.Assembled.Count == 0 && source.Members.All(m =>
                !state.IsMaterialised(m) && state.ConsumersOf(m).All(c => c == reduction || state.GroupOf[c] == source));
            if (!feedsOnlyUs || !mayCompute(source) || state.DependsOn(source, group)) continue;
            foreach (var member in source.Members)
            {
                group.Prologue.Add(member);
                state.GroupOf[member] = group;
            }
            group.Members.InsertRange(0, source.Members);
            source.Members.Clear();
            state.Decisions.RemoveAll(d => d.Consumer == reduction && group.Prologue.Contains(d.Producer));
            foreach (var producer in state.ProducersOf(reduction).Where(group.Prologue.Contains))
                state.Decisions.Add(new FusionDecision(producer, reduction, true, "computed at the element being reduced"));
        }
    }

    /// <summary>Whether one element feeds several results (overlapping windows), so that a prologue would be computed again.</summary>
    public static bool OverlapsWindows(NodeAccesses reduction) =>
        reduction.Reads.Any(r => r.Producer.Shape.Size.Value <
            reduction.Reduced.Aggregate(reduction.Node.Shape.Size.Value, (p, v) => p * v.Extent));
}
