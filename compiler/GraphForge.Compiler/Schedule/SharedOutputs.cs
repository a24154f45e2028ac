using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// A kernel that stores a value for other kernels, and the same elements in another shape for the caller, stores them once: what the
/// caller reads stays where it is to the end of a run.
/// </summary>
internal static class SharedOutputs
{
    /// <summary>Takes such values out of what their groups store.</summary>
    /// <returns>Each, with the output that holds its elements.</returns>
    public static IReadOnlyList<(Node Node, Node Output)> Merge(ComputationGraph graph, FusionPlan plan)
    {
        var roots = new HashSet<Node>(graph.Roots, ReferenceEqualityComparer.Instance);
        var merged = new List<(Node, Node)>();
        foreach (var output in graph.Outputs.Select(o => o.Value))
        {
            if (!plan.GroupOf.TryGetValue(output, out var group) || Reshaped(output, roots) is not { } node || plan.GroupOf.GetValueOrDefault(node) != group) continue;
            if (group.Stored.Remove(node)) merged.Add((node, output));
        }
        return merged;
    }

    /// <summary>What an output is another shape of, as far as no other root is; null for an output that is no reshape.</summary>
    private static Node? Reshaped(Node output, HashSet<Node> roots)
    {
        var node = output;
        while (node.Op is Reshape && !roots.Contains(node.Inputs[0])) node = node.Inputs[0];
        return node == output ? null : node;
    }
}
