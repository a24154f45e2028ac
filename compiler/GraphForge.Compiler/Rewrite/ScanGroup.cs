using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Scans that make the same carries from the same operands, differing at most in their outputs, and what of them is used.
/// </summary>
internal sealed class ScanGroup(Scan scan, Node[] operands)
{
    private readonly HashSet<int> _carries = [];
    private readonly List<Node> _outputs = [];

    public Scan Scan { get; } = scan;

    public IReadOnlyList<Node> Operands { get; } = operands;

    /// <summary>Carries in use, by any kind of result.</summary>
    public IReadOnlySet<int> Carries => _carries;

    /// <summary>
    /// Roots of the bodies that are outputs in use, each once, ordered by what they compute: an order of their first use would
    /// change with the numbers it gives them, as operands of commutative ops do, and never come to rest.
    /// </summary>
    public IReadOnlyList<Node> Outputs => _outputs;

    /// <summary>The scan without its outputs: equal for all of a group.</summary>
    public static Node KeyOf(Node node)
    {
        var scan = (Scan)node.Op;
        var bare = scan with { Body = scan.Body.WithRoots(scan.Body.Roots.Take(scan.Carries)) };
        // Without carries there is nothing but outputs; a first one stands in.
        if (scan.Carries == 0) bare = scan with { Body = scan.Body.WithRoots([scan.Body.Parameters.Count > 0 ? scan.Body.Parameter(0) : scan.Body.Roots[0]]) };
        return Node.Of(bare.Leader, node.Inputs);
    }

    /// <summary>Groups of all scans of a graph, by <see cref="KeyOf"/>.</summary>
    public static Dictionary<Node, ScanGroup> In(ComputationGraph graph)
    {
        var groups = new Dictionary<Node, ScanGroup>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.TopologicalOrder().Where(n => n.Op is Scan))
        {
            var key = KeyOf(node);
            if (!groups.TryGetValue(key, out var group)) groups[key] = group = new ScanGroup((Scan)node.Op, node.Inputs.ToArray());
            group.Use((Scan)node.Op);
        }
        return groups;
    }

    /// <summary>The number of a result in the group.</summary>
    public ScanResult In(Scan scan) => scan.Result.Kind == ScanResultKind.Stacked
        ? scan.Result with { Index = _outputs.IndexOf(scan.Body.Roots[scan.Carries + scan.Result.Index]) }
        : scan.Result;

    private void Use(Scan scan)
    {
        if (scan.Result.Kind != ScanResultKind.Stacked)
        {
            _carries.Add(scan.Result.Index);
            return;
        }
        var root = scan.Body.Roots[scan.Carries + scan.Result.Index];
        if (_outputs.Contains(root)) return;
        var position = _outputs.FindIndex(o => o.StableHash > root.StableHash);
        _outputs.Insert(position < 0 ? _outputs.Count : position, root);
    }
}
