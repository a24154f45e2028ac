using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Computes elementwise values where they are used rather than where their operands are, if that spares memory more than it asks
/// for: what one other kernel alone uses moves there; what is cheap and used in several is computed in each.
/// </summary>
internal static class Sinking
{
    public static void Run(FusionState state)
    {
        foreach (var node in state.Order.Reverse().Where(n => state.GroupOf.ContainsKey(n) && state.Structures[n] == NodeStructure.Elementwise))
        {
            var home = state.GroupOf[node];
            var users = state.ConsumersOf(node).Select(c => state.GroupOf[c]).Distinct().Where(g => g != home).ToArray();
            if (users.Length == 0 || state.IsMaterialised(node) || home.Prologue.Contains(node)) continue;
            if (!users.All(g => state.MayCompute(g, node))) continue;
            var isMove = users.Length == 1 && state.ConsumersOf(node).All(c => state.GroupOf[c] != home);
            var chains = users.Select(g => ElementChain.Of(state, node, g)).ToArray();
            if (!isMove && !chains.All(c => c.IsCheap)) continue;
            // What is stored is written once and read by each user.
            if (chains.Zip(users, (chain, g) => chain.NewBytes(state, g)).Sum() >= (1 + users.Length) * node.Type.Bytes) continue;
            if (isMove) Move(state, chains[0], users[0]);
            else
                foreach (var (chain, user) in chains.Zip(users)) state.Recompute(user, [.. chain.Own, .. chain.Shared]);
        }
    }

    private static void Move(FusionState state, ElementChain chain, FusionGroup to)
    {
        foreach (var node in chain.Own)
        {
            var from = state.GroupOf[node];
            from.Members.Remove(node);
            from.RowLevel.Remove(node);
            to.Members.Insert(0, node);
            if (to.Geometry is { } geometry && node.Shape.Size.Value == geometry.Rows) to.RowLevel.Add(node);
            if (FeedsReduction(state, node, to)) to.Prologue.Add(node);
            state.GroupOf[node] = to;
        }
        state.Recompute(to, chain.Shared);
        foreach (var node in chain.Own) state.Explain(node, "computed where it is used, which saves writing and reading it");
    }

    private static bool FeedsReduction(FusionState state, Node node, FusionGroup group) => group.Kind == GroupKind.Reduction &&
        state.ConsumersOf(node).Any(c => group.Prologue.Contains(c) || state.Structures[c] == NodeStructure.Reduction);
}
