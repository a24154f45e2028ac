using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Replaces tensors without elements, and what is computed from such tensors alone, by constants, so that no later pass
/// meets an extent of zero inside a kernel.
/// </summary>
public static class EmptyTensors
{
    public static ComputationGraph Run(ComputationGraph graph)
    {
        if (graph.TopologicalOrder().All(n => n.Shape.Size.Value > 0)) return graph;
        return Topology.Rebuild(graph, (node, inputs) =>
        {
            if (node.Op is State) return node;
            if (node.Shape.Size.Value == 0) return Node.Of(new Constant(new Literal(node.Type)));
            var rebuilt = node.WithInputs(inputs);
            var foldable = inputs.Length > 0 && inputs.All(i => i.Op is Constant) && inputs.Any(i => i.Shape.Size.Value == 0);
            if (!foldable) return rebuilt;
            return Node.Of(new Constant(node.Op.Evaluate(rebuilt, inputs.Select(i => ((Constant)i.Op).Value).ToArray())));
        });
    }
}
