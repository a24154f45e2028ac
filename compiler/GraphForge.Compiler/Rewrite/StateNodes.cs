using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Nodes that follow from states, and nothing else that changes, in a program that leaves its states as they are. What a kernel of
/// their own costs is paid once and not in every run: see <see cref="Schedule.PreparedWork"/>.
/// </summary>
internal static class StateNodes
{
    public static IReadOnlySet<Node> Of(ComputationGraph graph)
    {
        var found = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        if (graph.Updates.Count > 0) return found;
        foreach (var node in graph.TopologicalOrder())
            if (node.Op is State || node.Inputs.Length > 0 && node.Inputs.ToArray().All(i => found.Contains(i) || i.Op is Constant)) found.Add(node);
        return found;
    }
}
