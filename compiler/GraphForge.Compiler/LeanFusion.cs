using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler;

/// <summary>
/// Fusion saves time and nearly always memory. A kernel for several nodes may need more, though: it holds all operands while it writes
/// all results. Where that makes a program take more than its nodes would one by one, nodes of the kernels that run while too much is
/// alive get kernels of their own, and the program is planned anew. A budget has no say in it: what is the smallest that works must not
/// depend on the one that was asked for.
/// </summary>
/// <param name="nodeByNode">Bytes that live at once where every node runs by itself.</param>
/// <param name="plan">Plans a form of the program with some nodes in kernels of their own.</param>
internal sealed class LeanFusion(long nodeByNode, Func<ComputationGraph, IReadOnlySet<Node>, PlannedProgram> plan)
{
    /// <summary>Plans that are made of one form; each costs as much as the first.</summary>
    private const int MaximumTrials = 12;

    /// <summary>The plan of the first form that takes no more than node by node, and the smallest where none does.</summary>
    /// <param name="forms">The program in forms that compute the same, the fastest first.</param>
    public PlannedProgram Plan(IEnumerable<ComputationGraph> forms)
    {
        (ComputationGraph? Form, PlannedProgram? Program) best = default;
        foreach (var form in forms)
        {
            if (form == best.Form) continue;
            var program = Plan(form);
            if (best.Program is null || IsSmaller(program, best.Program)) best = (form, program);
            if (best.Program.Unconstrained.Memory.ArenaBytes <= nodeByNode) break;
        }
        return best.Program!;
    }

    /// <summary>The plan with the fewest nodes in kernels of their own that takes no more than node by node; where none does, the smallest.</summary>
    private PlannedProgram Plan(ComputationGraph form)
    {
        var apart = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var best = plan(form, apart);
        var last = best;
        for (var trial = 0; trial < MaximumTrials; trial++)
        {
            var fused = last.Unconstrained.Memory.ArenaBytes > nodeByNode ? AtPeaks(last.Unconstrained, nodeByNode) : [];
            if (fused.All(apart.Contains)) break;
            apart = new HashSet<Node>(apart.Concat(fused), ReferenceEqualityComparer.Instance);
            last = plan(form, apart);
            if (IsSmaller(last, best)) best = last;
        }
        return best;
    }

    /// <summary>Those at the peaks; where none is left, those that wrote what lives there, as its parts may be written later.</summary>
    private static Node[] AtPeaks(AssembledPlan plan, long limit)
    {
        PlannedWork[] order = [.. plan.Work.Order.Select(call => call.Work)];
        var above = Enumerable.Range(0, order.Length).Where(i => plan.Memory.Timeline[i].LiveBytes > limit).ToArray();
        Node[] atPeaks = [.. above.SelectMany(i => Fused(order[i]))];
        if (atPeaks.Length > 0) return atPeaks;
        var alive = plan.Memory.Tensors.Where(t => t.Bytes > 0 && t.Role != TensorRole.Input && above.Any(t.LivesAt));
        return [.. alive.SelectMany(t => Fused(order[t.FirstStep])).Distinct()];
    }

    private static IReadOnlyList<Node> Fused(PlannedWork work) =>
        work is PlannedKernel { Nodes: { Count: > 1 } nodes, Kind: not GroupKind.Attention } ? nodes : [];

    private static bool IsSmaller(PlannedProgram program, PlannedProgram than) =>
        program.Unconstrained.Memory.TotalBytes < than.Unconstrained.Memory.TotalBytes;
}
