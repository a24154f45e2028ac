using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite.MicroBatch;

/// <summary>What a slice of the batch gives of every node of a graph.</summary>
internal sealed class BatchShares
{
    private readonly ShareRules _rules;
    private readonly Dictionary<Node, Share> _shares = new(ReferenceEqualityComparer.Instance);

    /// <summary>Nodes that follow from inputs and states by elementwise ops, movement and reductions alone.</summary>
    private readonly HashSet<Node> _light = new(ReferenceEqualityComparer.Instance);

    private BatchShares(DimSymbol symbol) => _rules = new ShareRules(symbol);

    public Share this[Node node] => _shares[node];

    public static BatchShares Of(IReadOnlyList<Node> order, DimSymbol symbol)
    {
        var shares = new BatchShares(symbol);
        foreach (var node in order)
        {
            if (IsLight(node.Op) && node.Inputs.ToArray().All(shares._light.Contains)) shares._light.Add(node);
            shares._shares[node] = shares.Find(node);
        }
        return shares;
    }

    /// <summary>Whether computing the node anew for all samples costs next to nothing.</summary>
    public bool IsLight(Node node) => _light.Contains(node);

    public int? AxisOf(Shape shape) => _rules.AxisOf(shape);

    private Share Find(Node node)
    {
        if (node.Op is Input) return _rules.AxisOf(node.Shape) is { } axis ? Share.Along(axis) : _rules.Counts(node.Shape) ? Share.Late : Share.Whole;
        if (node.Op is Leaf or DimSize) return Share.Whole;
        var shares = node.Inputs.ToArray().Select(i => _shares[i]).ToArray();
        var share = node.Op is Scan ? ScanShares.Of(node, shares, _rules) : _rules.Of(node, shares);
        // What is light is computed for all samples beforehand, so that slices can use it: the number of samples that count, say.
        return share.Kind is ShareKind.Partial or ShareKind.Late && _light.Contains(node) && shares.All(s => s.Kind != ShareKind.Late) ? Share.Whole : share;
    }

    private static bool IsLight(Op op) => op is Leaf or DimSize or Iota or ElementwiseOp or MovementOp or ReductionOp or ArgReductionOp or Concat or Identity;
}
