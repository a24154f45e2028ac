using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Says where a final carry stands in the memory a loop has in any case: it is the last of the states where those are kept,
/// else one of the two slots that the loop uses in turn. Running totals have one place and stay as they are.
/// </summary>
public static class ExplicitCarries
{
    public static ComputationGraph Run(ComputationGraph graph)
    {
        // A carry found among states may make operands of further scans equal, so that a scan without states becomes one with
        // a scan that keeps them.
        while (FindAmongStates(graph) is var found && !found.Roots.SequenceEqual(graph.Roots)) graph = found;
        return Topology.Rebuild(graph, (node, inputs) => FinalOf(node) is { } scan && !RunningTotals.IsTotal(scan, scan.Result.Index)
            ? Entry(scan, ScanResultKind.Recent, scan.Length.Value % 2, inputs)
            : node.WithInputs(inputs));
    }

    private static ComputationGraph FindAmongStates(ComputationGraph graph)
    {
        var kept = graph.TopologicalOrder().Where(n => n.Op is Scan { Result.Kind: ScanResultKind.States })
            .ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        return Topology.Rebuild(graph, (node, inputs) => FinalOf(node) is { } scan && kept.Contains(Node.Of(As(scan, ScanResultKind.States), node.Inputs))
            ? Entry(scan, ScanResultKind.States, scan.Reverse ? 0 : scan.Length.Value, inputs)
            : node.WithInputs(inputs));
    }

    private static Scan? FinalOf(Node node) => node.Op is Scan { Result.Kind: ScanResultKind.Final } scan ? scan : null;

    private static Scan As(Scan scan, ScanResultKind kind) => scan with { Result = scan.Result with { Kind = kind } };

    private static Node Entry(Scan scan, ScanResultKind kind, long index, Node[] inputs) =>
        Node.Of(As(scan, kind), inputs).Slice(0, index, 1).Reshape(scan.TypeOf(scan.Result).Shape);
}
