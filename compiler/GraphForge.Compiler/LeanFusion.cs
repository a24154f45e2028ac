using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler;

/// <summary>
/// Fusion saves time and nearly always memory. A kernel for several nodes may need more, though: it holds all operands while it writes
/// all results. Where that makes a program take more than its nodes would one by one, or more than its budget, nodes of the kernels
/// that run while too much is alive, or that alone exceed the budget, get kernels of their own, and the program is planned anew.
/// </summary>
/// <param name="nodeByNode">Bytes that live at once where every node runs by itself.</param>
/// <param name="budget">Most bytes the program may take in all; null for no limit.</param>
/// <param name="plan">Plans a form of the program with some nodes in kernels of their own.</param>
internal sealed class LeanFusion(long nodeByNode, long? budget, Func<ComputationGraph, IReadOnlySet<Node>, PlannedProgram> plan)
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

    /// <summary>The plan with the fewest nodes in kernels of their own that is within both limits; where none is, the smallest.</summary>
    private PlannedProgram Plan(ComputationGraph form)
    {
        var apart = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var best = plan(form, apart);
        var last = best;
        for (var trial = 0; trial < MaximumTrials; trial++)
        {
            var fused = Fused(last);
            if (fused.All(apart.Contains)) break;
            apart = new HashSet<Node>(apart.Concat(fused), ReferenceEqualityComparer.Instance);
            last = plan(form, apart);
            if (IsSmaller(last, best)) best = last;
        }
        return best;
    }

    /// <summary>Nodes that share kernels and should not.</summary>
    private Node[] Fused(PlannedProgram program)
    {
        var (unconstrained, constrained) = (program.Unconstrained, program.Plan);
        var peaks = unconstrained.Memory.ArenaBytes > nodeByNode ? AtPeaks(unconstrained, nodeByNode) : [];
        // No order and no repeating helps a step that is too large by itself.
        return constrained.Memory.FloorBytes > budget
            ? [.. peaks, .. OfSteps(constrained, budget.Value - constrained.Memory.TotalBytes + constrained.Memory.ArenaBytes)]
            : peaks;
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

    private static IEnumerable<Node> OfSteps(AssembledPlan plan, long limit)
    {
        var memory = plan.Work.Memory;
        var graph = new StepGraph(memory.Program.Problem);
        return plan.Work.Order.Zip(memory.Order).Where(s => SmallestPlan.BytesOf(graph, s.Second) > limit).SelectMany(s => Fused(s.First.Work));
    }

    private static IReadOnlyList<Node> Fused(PlannedWork work) =>
        work is PlannedKernel { Nodes: { Count: > 1 } nodes, Kind: not GroupKind.Attention } ? nodes : [];

    private bool IsSmaller(PlannedProgram program, PlannedProgram than) => than.Plan.Memory.TotalBytes > budget
        ? program.Plan.Memory.TotalBytes < than.Plan.Memory.TotalBytes
        : program.Unconstrained.Memory.TotalBytes < than.Unconstrained.Memory.TotalBytes;
}
