using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Brings reductions that read the same rows into one kernel, though neither needs the other: what they share is read once. The
/// gradients of a norm's operands are such.
/// </summary>
internal static class Siblings
{
    public static void Merge(FusionState state)
    {
        foreach (var group in state.Groups.Where(g => g.Members.Count > 0).ToArray())
        {
            if (group.Members.Count == 0 || group.Members.FirstOrDefault(m => state.Structures[m] == NodeStructure.Reduction) is not { } reduction) continue;
            var isSums = group.Kind == GroupKind.Reduction && group.Members.Count == 1 && state.Sums.ContainsKey(reduction);
            if (!isSums && group.Geometry is null) continue;
            var home = Neighbours(state, group).Where(g => Fits(state, g, group, isSums ? state.Sums[reduction] : null))
                .Select(g => (Group: g, Bytes: SharedBytes(state, g, group)))
                .Where(c => c.Bytes > 0).OrderByDescending(c => c.Bytes).ThenBy(c => c.Group.Id).Select(c => c.Group).FirstOrDefault();
            if (home is null) continue;
            if (isSums) (home.Stretches, _) = (state.Sums[reduction].Stretches, group.StretchLevel.Add(reduction));
            home.TakeIn(group);
            foreach (var member in home.Members) state.GroupOf[member] = home;
            foreach (var member in home.Members.ToArray()) Explain(state, member, home);
        }
    }

    /// <summary>Groups of rows that read what the group reads, or what the elementwise work before it reads.</summary>
    private static IEnumerable<FusionGroup> Neighbours(FusionState state, FusionGroup group) => Operands(state, group)
        .SelectMany(state.ConsumersOf).Select(c => state.GroupOf[c]).Where(g => g != group && g.Geometry is not null).Distinct();

    private static bool Fits(FusionState state, FusionGroup home, FusionGroup group, ColumnSums? sums)
    {
        var isAlike = sums is not null ? sums.Fit(home) : home.Geometry == group.Geometry &&
            (home.Stretches is not { } stretches || (group.Stretches ?? stretches) == stretches);
        return isAlike && !state.IsApart(home) && !state.IsApart(group) && state.IsOfStates(home) == state.IsOfStates(group) && !state.DependsOn(home, group) && !state.DependsOn(group, home);
    }

    /// <summary>Bytes both would read, each for itself.</summary>
    private static long SharedBytes(FusionState state, FusionGroup home, FusionGroup group)
    {
        var read = home.Members.SelectMany(m => state.Accesses[m].Reads).Select(r => r.Producer).ToHashSet((IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);
        var elements = home.Geometry!.Elements;
        return Operands(state, group).Where(o => read.Contains(o) && o.Shape.Size.Value == elements).Sum(o => o.Type.Bytes);
    }

    /// <summary>What members read from outside, and what the elementwise operands that only they read are made of.</summary>
    private static HashSet<Node> Operands(FusionState state, FusionGroup group)
    {
        var operands = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        foreach (var operand in group.Members.SelectMany(m => state.Accesses[m].Reads).Select(r => r.Producer))
        {
            if (state.GroupOf.GetValueOrDefault(operand) == group) continue;
            operands.Add(operand);
            if (state.IsComputed(operand) && state.Structures[operand] == NodeStructure.Elementwise && state.ConsumersOf(operand).All(c => state.GroupOf[c] == group))
                operands.UnionWith(ElementChain.Of(state, operand, group).Operands);
        }
        return operands;
    }

    private static void Explain(FusionState state, Node member, FusionGroup home)
    {
        foreach (var producer in state.ProducersOf(member).Where(p => state.GroupOf[p] == home))
        {
            if (state.Decisions.RemoveAll(d => d.Producer == producer && d.Consumer == member && !d.Fused) > 0)
                state.Decisions.Add(new FusionDecision(producer, member, true, "same rows loop nest"));
        }
    }
}
