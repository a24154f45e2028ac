using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Gives every output and every state update a node of its own: a root that is given from outside (an input, a state, a
/// constant), that a loop makes, or that another root shares, becomes a copy.
/// </summary>
public static class RootCopies
{
    public static ComputationGraph Run(ComputationGraph graph)
    {
        var taken = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        return graph with
        {
            Outputs = graph.Outputs.Select(o => o with { Value = Own(o.Value, $"output {o.Name}") }).ToEquatable(),
            Updates = graph.Updates.Where(u => u.Value.Op is not State state || state.Slot != u.Slot)
                .Select(u => u with { Value = Own(u.Value, $"update {u.Slot.Name}") }).ToEquatable(),
        };

        Node Own(Node node, string tag)
        {
            if (node.Op is not (Leaf or SiblingOp) && taken.Add(node)) return node;
            using (NodeScope.Of(node)) return Node.Of(new Identity(tag), node);
        }
    }
}
