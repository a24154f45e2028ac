using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Moves elementwise work out of the kernel of its operands into the only kernel that uses it, where reading the operands there
/// takes less than writing the result and reading it back.
/// </summary>
internal static class Sinking
{
    public static void Run(FusionState state)
    {
        foreach (var node in state.Order.Reverse().Where(n => state.GroupOf.ContainsKey(n))) Sink(state, node);
    }

    private static void Sink(FusionState state, Node node)
    {
        var home = state.GroupOf[node];
        if (state.Structures[node] != NodeStructure.Elementwise || state.IsMaterialised(node) || home.Prologue.Contains(node)) return;
        if (state.ConsumersOf(node).Select(c => state.GroupOf[c]).Distinct().ToArray() is not [var target] || target == home) return;
        if (!state.MayCompute(target, node)) return;
        var chain = ElementChain.Of(state, node);
        if (chain.NewBytes(state, target) >= 2 * node.Type.Bytes) return;
        foreach (var moved in chain.Nodes) Move(state, moved, home, target);
        foreach (var moved in chain.Nodes) state.Explain(moved, "computed where it is used, which saves writing and reading it");
    }

    private static void Move(FusionState state, Node node, FusionGroup from, FusionGroup to)
    {
        from.Members.Remove(node);
        from.RowLevel.Remove(node);
        to.Members.Insert(0, node);
        if (to.Geometry is { } geometry && node.Shape.Size.Value == geometry.Rows) to.RowLevel.Add(node);
        if (to.Kind == GroupKind.Reduction && FeedsReduction(state, node, to)) to.Prologue.Add(node);
        state.GroupOf[node] = to;
    }

    private static bool FeedsReduction(FusionState state, Node node, FusionGroup group) =>
        state.ConsumersOf(node).Any(c => group.Prologue.Contains(c) || state.Structures[c] == NodeStructure.Reduction);
}
