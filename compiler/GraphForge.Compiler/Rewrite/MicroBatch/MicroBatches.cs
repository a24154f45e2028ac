using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite.MicroBatch;

/// <summary>
/// Runs a batch as a loop over slices of it: what the samples do by themselves is computed slice by slice, so that only one slice's
/// values live at a time, and sums over samples, the gradients of parameters above all, are added up. The same program up to the
/// order of sums. What couples samples (batch statistics, say) stays outside the loop, with all it is made of.
/// </summary>
internal sealed class MicroBatches
{
    private readonly BatchShares _shares;
    private readonly IReadOnlyDictionary<DimSymbol, long> _whole;
    private readonly Dictionary<DimSymbol, long> _part;
    private readonly long _slices;
    private readonly Dictionary<Node, Node> _wholes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, Node> _parts = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, Node> _outer = new(ReferenceEqualityComparer.Instance);
    private readonly List<(Node Stacked, Node Parameter)> _elements = [];

    private MicroBatches(BatchShares shares, DimSymbol symbol, IReadOnlyDictionary<DimSymbol, long> binding, long slices)
    {
        (_shares, _whole, _slices) = (shares, binding, slices);
        _part = new Dictionary<DimSymbol, long>(binding) { [symbol] = binding[symbol] / slices };
    }

    /// <summary>The bound graph with a loop over slices; null where no value that takes work is made sample by sample.</summary>
    /// <param name="graph">A graph whose extents hold symbols.</param>
    /// <param name="binding">Values of all symbols.</param>
    /// <param name="symbol">Which of them counts samples.</param>
    /// <param name="slices">Number of slices; divides the number of samples.</param>
    public static ComputationGraph? Split(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, DimSymbol symbol, long slices)
    {
        var order = graph.TopologicalOrder();
        var shares = BatchShares.Of(order, symbol);
        var batches = new MicroBatches(shares, symbol, binding, slices);
        var results = batches.Results(graph, order);
        if (!results.Any(r => shares[r].IsPartial)) return null;
        foreach (var node in order) batches.Bind(node);
        batches.Loop(results);
        foreach (var node in order) batches.Outer(node);
        return graph.Map(root => batches._outer[root]);
    }

    /// <summary>Values of slices that are read outside the loop, in the order of the graph.</summary>
    private List<Node> Results(ComputationGraph graph, IReadOnlyList<Node> order)
    {
        var needed = new HashSet<Node>(graph.Roots, ReferenceEqualityComparer.Instance);
        var results = new List<Node>();
        foreach (var node in order.Reverse())
        {
            if (!needed.Contains(node)) continue;
            if (IsOfLoop(node)) results.Add(node);
            else foreach (var input in node.Inputs) needed.Add(input);
        }
        results.Reverse();
        return results;
    }

    /// <summary>
    /// Whether the node is computed slice by slice; what is light is done for all samples where it is read outside, and what only
    /// scales or rearranges one sum is done with the sum.
    /// </summary>
    private bool IsOfLoop(Node node) => _shares[node].Kind switch
    {
        ShareKind.Partial => !(node.Inputs.ToArray().Count(i => _shares[i].IsPartial) == 1 &&
            node.Op is Negate or Cast or StopGradient or Identity or Reshape or Permute or Expand or Pad or Flip or Multiply or Divide),
        ShareKind.Sliced => !_shares.IsLight(node),
        _ => false,
    };

    private void Loop(List<Node> results)
    {
        var roots = Parts(results);
        var totals = results.Index().Where(r => _shares[r.Item].IsPartial).Select(r => r.Index).ToArray();
        var stacked = results.Index().Where(r => !_shares[r.Item].IsPartial).Select(r => r.Index).ToArray();
        var scan = Nodes.Scan(
            totals.Select(t => Nodes.Full(roots[t].Shape, roots[t].Type.DType, 0)).ToArray(), _elements.Select(e => e.Stacked).ToArray(),
            (carries, elements) =>
            {
                var inside = Substituted(roots, elements);
                return (totals.Select((t, c) => carries[c] + inside[t]).ToArray(), stacked.Select(s => inside[s]).ToArray());
            },
            _slices);
        foreach (var (c, t) in totals.Index()) _outer[results[t]] = scan.Carries[c];
        foreach (var (o, s) in stacked.Index()) _outer[results[s]] = Joined(scan.Outputs[o], results[s]);
    }

    private Node[] Substituted(Node[] roots, IReadOnlyList<Node> elements)
    {
        var replaced = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        foreach (var (i, (_, parameter)) in _elements.Index()) replaced[parameter] = elements[i];
        return Topology.Substitute(roots, replaced);
    }

    /// <summary>The node outside the loop.</summary>
    private void Outer(Node node)
    {
        if (_outer.ContainsKey(node) || IsOfLoop(node)) return;
        if (_shares[node].Kind is ShareKind.Whole or ShareKind.Sliced)
        {
            _outer[node] = _wholes[node];
            return;
        }
        // A part of a sum that nobody outside asks for.
        if (node.Inputs.ToArray().Any(i => !_outer.ContainsKey(i))) return;
        using (NodeScope.Of(node)) _outer[node] = Node.Of(node.Op.Bind(_whole), node.Inputs.ToArray().Select(i => _outer[i]).ToArray());
    }

    /// <summary>The node for all samples, whatever slices give of it.</summary>
    private void Bind(Node node)
    {
        using (NodeScope.Of(node)) _wholes[node] = Node.Of(node.Op.Bind(_whole), node.Inputs.ToArray().Select(i => _wholes[i]).ToArray());
    }

    /// <summary>The nodes for one slice.</summary>
    private Node[] Parts(List<Node> results)
    {
        foreach (var node in Topology.Order(results))
            using (NodeScope.Of(node)) _parts[node] = PartOf(node);
        return results.Select(r => _parts[r]).ToArray();
    }

    private Node PartOf(Node node)
    {
        var share = _shares[node];
        if (share.IsWhole) return _shares.AxisOf(node.Shape) is { } axis ? Element(node, axis) : _wholes[node];
        if (node.Op is Input or Iota) return Element(node, share.Axis);
        var inputs = node.Inputs.ToArray().Select(i => _parts[i]).ToArray();
        return node.Op is RandomUniform random ? Drawn(random, inputs[0]) : Node.Of(OfPart(node.Op), inputs);
    }

    /// <summary>The values that the slice's samples draw where all are drawn at once: those from its first element on.</summary>
    private Node Drawn(RandomUniform random, Node seed)
    {
        var shape = random.Shape.Bind(_part);
        var number = SubgraphClosure.Placeholder(new TensorType(DType.Int64, Shape.Scalar));
        _elements.Add((Node.Of(new Iota(_slices, DType.Int64)), number));
        return Node.Of(random with { Shape = shape }, seed, number * Nodes.Scalar(shape.Size.Value, DType.Int64));
    }

    /// <summary>A slice of a value that exists for all samples.</summary>
    private Node Element(Node node, int axis)
    {
        var shape = node.Shape.Bind(_part);
        var parameter = SubgraphClosure.Placeholder(node.Type with { Shape = shape });
        Shape apart = [.. shape.Take(axis), _slices, .. shape.Skip(axis)];
        _elements.Add((_wholes[node].Reshape(apart).Permute(MovedToFront(apart.Rank, axis)), parameter));
        return parameter;
    }

    private static int[] MovedToFront(int rank, int axis) => [axis, .. Enumerable.Range(0, rank).Where(a => a != axis)];

    private static int[] MovedFromFront(int rank, int axis)
    {
        List<int> axes = [.. Enumerable.Range(1, rank - 1)];
        axes.Insert(axis, 0);
        return [.. axes];
    }

    private Node Joined(Node stacked, Node node) => stacked.Permute(MovedFromFront(stacked.Shape.Rank, _shares[node].Axis)).Reshape(node.Shape.Bind(_whole));

    /// <summary>An op for one slice; extents that are numbers of the program, such as a divisor, count all samples.</summary>
    private Op OfPart(Op op)
    {
        if (op.Bodies.Count == 0) return op.Bind(_part);
        var bodies = op.Bodies.Select(body => new Subgraph(
            body.Parameters.Select(p => p with { Shape = p.Shape.Bind(_part) }).ToEquatable(),
            Topology.Rebuild(body.ToGraph(""), (node, inputs) =>
                Node.Of(node.Op is DimSize size ? size.Bind(_whole) : OfPart(node.Op), inputs)).Roots.ToEquatable())).ToArray();
        return op.Bind(_part).WithBodies(bodies);
    }
}
