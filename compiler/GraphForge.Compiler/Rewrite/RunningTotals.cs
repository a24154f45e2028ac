using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Carries that every step changes element by element and nobody else reads, as sums over steps are: a loop keeps such a carry in
/// one place, where others take two in turn.
/// </summary>
public static class RunningTotals
{
    /// <summary>Whether carry number <paramref name="carry"/> reaches its next value, which nobody else uses, through elementwise ops that each have one user.</summary>
    public static bool IsTotal(Scan scan, int carry)
    {
        var roots = scan.Body.Roots;
        if (roots.Count(r => r == roots[carry]) > 1) return false;
        var consumers = Topology.Consumers(scan.Body.Order);
        var node = scan.Body.Parameter(carry);
        while (node != roots[carry])
        {
            if (roots.Contains(node) || consumers[node].Take(2).ToArray() is not [{ Op: ElementwiseOp } next]) return false;
            if (next.Inputs.ToArray().Count(i => i == node) > 1) return false;
            node = next;
        }
        // Who else uses the next value may be computed with it from the old one, which is gone by then.
        return node.Op is not BodyParameter && !consumers[node].Any();
    }
}
