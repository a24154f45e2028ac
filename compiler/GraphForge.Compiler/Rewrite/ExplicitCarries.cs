using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Says where a final carry stands in the memory a loop has in any case: it is the last of the states where those are kept,
/// else one of the two slots that the loop uses in turn.
/// </summary>
public static class ExplicitCarries
{
    public static ComputationGraph Run(ComputationGraph graph)
    {
        var kept = graph.TopologicalOrder().Where(n => n.Op is Scan { Result.Kind: ScanResultKind.States })
            .ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        return Topology.Rebuild(graph, (node, inputs) =>
        {
            var rebuilt = node.WithInputs(inputs);
            if (node.Op is not Scan { Result.Kind: ScanResultKind.Final } scan) return rebuilt;
            var states = scan with { Result = scan.Result with { Kind = ScanResultKind.States } };
            var length = scan.Length.Value;
            var (slots, at) = kept.Contains(Node.Of(states, node.Inputs))
                ? (states, scan.Reverse ? 0 : length)
                : (scan with { Result = scan.Result with { Kind = ScanResultKind.Recent } }, length % 2);
            return Node.Of(slots, inputs).Slice(0, at, 1).Reshape(node.Shape);
        });
    }
}
