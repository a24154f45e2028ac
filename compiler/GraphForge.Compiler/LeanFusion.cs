using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler;

/// <summary>
/// Fusion saves time and nearly always memory. A kernel for several nodes may need more, though: it holds all operands while it writes
/// all results. Where that makes a program take more than its nodes would one by one, or more than its budget, nodes of the kernels
/// that run while too much is alive get kernels of their own, and the program is planned anew.
/// </summary>
internal static class LeanFusion
{
    /// <summary>Plans that are made; each costs as much as the first.</summary>
    private const int MaximumTrials = 12;

    /// <param name="nodeByNode">Bytes that live at once where every node runs by itself.</param>
    /// <param name="budget">Most bytes the program may take in all; null for no limit.</param>
    /// <param name="plan">Plans the program with some nodes in kernels of their own.</param>
    /// <returns>The plan with the fewest such nodes that is within both limits; where none is, the smallest.</returns>
    public static PlannedProgram Plan(long nodeByNode, long? budget, Func<IReadOnlySet<Node>, PlannedProgram> plan)
    {
        var apart = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var best = plan(apart);
        var last = best;
        for (var trial = 0; trial < MaximumTrials; trial++)
        {
            var fused = Fused(last, nodeByNode, budget).ToArray();
            if (fused.Length == 0) break;
            apart.UnionWith(fused);
            last = plan(new HashSet<Node>(apart, ReferenceEqualityComparer.Instance));
            if (IsSmaller(last, best, budget)) best = last;
        }
        return best;
    }

    /// <summary>Nodes that share kernels which run while more is alive than may be.</summary>
    private static IEnumerable<Node> Fused(PlannedProgram program, long nodeByNode, long? budget)
    {
        var (unconstrained, plan) = (program.Unconstrained, program.Plan);
        if (unconstrained.Memory.ArenaBytes > nodeByNode)
            foreach (var node in Fused(unconstrained, nodeByNode)) yield return node;
        if (budget is { } bytes && plan.Memory.TotalBytes > bytes)
            foreach (var node in Fused(plan, bytes - plan.Memory.TotalBytes + plan.Memory.ArenaBytes)) yield return node;
    }

    /// <summary>Those at the peaks; where none is left, those that wrote what lives there, as its parts may be written later.</summary>
    private static Node[] Fused(AssembledPlan plan, long limit)
    {
        var above = Enumerable.Range(0, plan.Order.Count).Where(i => plan.Memory.Timeline[i].LiveBytes > limit).ToArray();
        Node[] atPeaks = [.. above.SelectMany(i => Fused(plan.Order[i]))];
        if (atPeaks.Length > 0) return atPeaks;
        var alive = plan.Memory.Tensors.Where(t => t.Bytes > 0 && above.Any(t.LivesAt));
        return [.. alive.SelectMany(t => Fused(plan.Order[t.FirstStep])).Distinct()];
    }

    private static IReadOnlyList<Node> Fused(PlannedWork work) =>
        work is PlannedKernel { Nodes: { Count: > 1 } nodes, Kind: not GroupKind.Attention } ? nodes : [];

    private static bool IsSmaller(PlannedProgram program, PlannedProgram than, long? budget) => than.Plan.Memory.TotalBytes > budget
        ? program.Plan.Memory.TotalBytes < than.Plan.Memory.TotalBytes
        : program.Unconstrained.Memory.TotalBytes < than.Unconstrained.Memory.TotalBytes;
}
