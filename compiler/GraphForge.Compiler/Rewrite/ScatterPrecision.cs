using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// scatter(x) → cast(scatter(cast(x))) in floats of 16 bits. A scatter adds up in memory and not in registers, so what it adds
/// to must be float32 for its sums to be rounded once.
/// </summary>
public static class ScatterPrecision
{
    public static ComputationGraph Run(ComputationGraph graph) => graph.TopologicalOrder().Any(IsHalfScatter)
        ? Topology.Rebuild(graph, (node, inputs) => IsHalfScatter(node) ? Wide(node, inputs) : node.WithInputs(inputs))
        : graph;

    private static bool IsHalfScatter(Node node) =>
        node.Type.DType.IsHalf() && node.Op is not Leaf && NodeDefinition.Of(node).Structure == NodeStructure.Scatter;

    private static Node Wide(Node node, IEnumerable<Node> inputs)
    {
        using var scope = NodeScope.Of(node);
        var wide = inputs.Select(i => i.Type.DType.IsHalf() ? i.Cast(DType.Float32) : i).ToArray();
        return Node.Of(node.Op, wide).Cast(node.Type.DType);
    }
}
