using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Padding of a contraction's operand that is worth no copy: zeros that whole runs of the sum consist of, so that the loops over
/// them are left out. The positions of a kernel that only some elements of a strided convolution's input meet are such.
/// </summary>
internal static class SkippedSteps
{
    /// <summary>Steps of the sum that a test must decide about at least.</summary>
    private const long LeastRun = 8;

    /// <summary>Whether all padding in an operand is of that kind.</summary>
    /// <param name="node">Who reads it.</param>
    /// <param name="operand">The operand.</param>
    /// <param name="structures">Kind of work of every node.</param>
    public static bool AreAll(Node node, Node operand, IReadOnlyDictionary<Node, NodeStructure> structures)
    {
        if (node.Op is not Contraction op || node.Inputs[0] == node.Inputs[1]) return false;
        var (own, other) = node.Inputs[0] == operand ? (op.Left, op.Right) : (op.Right, op.Left);
        var axes = LoopIndices.For(operand.Shape, "i");
        var lowerer = new Lowerer(n => structures[n] != NodeStructure.Movement || n.Op is Identity
            ? new LoopBuffer(n.Op.Name, n.Type.DType, n.Shape.Size.Value)
            : null);
        var (guard, value) = GuardedSum.Split(lowerer.Compute(operand, [.. axes.Select(v => (IndexExpr)v)]));
        if (guard is null || value is not LoadExpr load || op.Output.LastOrDefault(l => Extent(l) > 1, -1) is not (>= 0 and var lane)) return false;
        if (other.Contains(lane) || !LaneAnalysis.IsContiguous(load.Index, Axis(lane)) || guard.Variables.Contains(Axis(lane))) return false;
        var summed = op.Contracted.Where(l => Extent(l) > 1).ToArray();
        var run = summed.Reverse().TakeWhile(l => !guard.Variables.Contains(Axis(l))).Aggregate(1L, (p, l) => p * Extent(l));
        // Rows must not tell which steps are skipped: axes of the result that a guard depends on are this operand's alone.
        return run >= LeastRun && own.Index().Where(l => guard.Variables.Contains(axes[l.Index])).All(l => !(op.Output.Contains(l.Item) && other.Contains(l.Item)));

        LoopVar Axis(int label) => axes[own.ToList().IndexOf(label)];

        long Extent(int label) => own.Contains(label) ? Axis(label).Extent : node.Inputs[own == op.Left ? 1 : 0].Shape[other.ToList().IndexOf(label)].Value;
    }
}
