using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// x ≤ 0 → y ≤ 0 where y = (x ≤ 0 ? 0 : x), for everyone but y itself. The backward pass of a rectifier then asks its result,
/// which the next layer keeps anyway, and neither x nor the mask has to be stored.
/// </summary>
public static class MaskFromResult
{
    public static ComputationGraph Run(ComputationGraph graph)
    {
        var results = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.TopologicalOrder())
            if (IsRectifier(node)) results[node.Inputs[0]] = node;
        if (results.Count == 0) return graph;
        var rebuilt = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        return Topology.Rebuild(graph, (node, inputs) =>
        {
            for (var i = 0; i < inputs.Length; i++)
                if (results.TryGetValue(node.Inputs[i], out var result) && result != node && rebuilt.TryGetValue(result, out var y))
                    inputs[i] = Node.Of(new LessOrEqual(), y, node.Inputs[i].Inputs[1]);
            return rebuilt[node] = node.WithInputs(inputs);
        });
    }

    private static bool IsRectifier(Node node) =>
        node.Op is Select && node.Inputs[0].Op is LessOrEqual && node.Inputs[0].Inputs[0] == node.Inputs[2] &&
        node.Inputs[0].Inputs[1] == node.Inputs[1] && UniformValue.TryGet(node.Inputs[1], out var zero) && zero.AsDouble == 0;
}
