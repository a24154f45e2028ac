using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Makes contractions of convolutions, and puts the axes of images into the order in which they are computed: [N, spatial…, C]
/// wherever <see cref="ChannelsLastChoice"/> says so. A layout is the order of a node's axes and nothing else, so that every
/// later pass sees dense row-major tensors. Conversions are permutes; most of them vanish into the index of a reader.
/// </summary>
public sealed class ChannelsLast
{
    private readonly IReadOnlySet<Node> _chosen;
    private readonly IReadOnlySet<Node> _states;
    private readonly bool _transforms;
    private readonly Dictionary<Node, Node> _rebuilt = new(ReferenceEqualityComparer.Instance);

    private ChannelsLast(IReadOnlySet<Node> chosen, IReadOnlySet<Node> states, bool transforms) => (_chosen, _states, _transforms) = (chosen, states, transforms);

    /// <param name="graph">A graph or the body of a loop.</param>
    /// <param name="transforms">Whether <see cref="WinogradConvolution"/> may be chosen, whose model and schedules are those of a CPU.</param>
    public static ComputationGraph Run(ComputationGraph graph, bool transforms = true)
    {
        var order = graph.TopologicalOrder();
        if (!order.Any(n => ChannelsLastChoice.IsConvolution(n.Op))) return graph;
        var pass = new ChannelsLast(ChannelsLastChoice.Of(order), StateNodes.Of(graph), transforms);
        foreach (var node in order)
            using (NodeScope.Of(node)) pass._rebuilt[node] = pass.Rebuild(node);
        return RewriteDriver.Apply(graph.Map(pass.Root), RuleSet.Movement, out _);
    }

    private Node Root(Node node)
    {
        using var scope = NodeScope.Of(node);
        return First(node);
    }

    private Node Rebuild(Node node) => node.Op switch
    {
        Convolution c => Convolved(node, c.Geometry, node.Inputs[1].Shape),
        ConvolutionInputGradient g => Convolved(node, g.Geometry, node.Inputs[1].Shape),
        ConvolutionWeightGradient w => Convolved(node, w.Geometry, w.WeightShape),
        _ when _chosen.Contains(node) => Node.Of(AxisOrder.Moved(node)!, Each(node, Last)),
        ReductionOp reduction when _chosen.Contains(node.Inputs[0]) => Reduced(node.Inputs[0], reduction.Axes,
            axes => reduction with { Axes = axes }),
        ArgReductionOp reduction when _chosen.Contains(node.Inputs[0]) => Reduced(node.Inputs[0], [reduction.Axis],
            axes => reduction with { Axis = axes[0] }),
        Reshape when _chosen.Contains(node.Inputs[0]) && !UnitAxes.IsReshape(node) =>
            node.WithInputs(Node.Of(new Identity("channels first"), First(node.Inputs[0]))),
        _ => node.WithInputs(Each(node, First)),
    };

    private static Node[] Each(Node node, Func<Node, Node> value) => Array.ConvertAll(node.Inputs.ToArray(), n => value(n));

    private Node Convolved(Node node, ConvolutionGeometry geometry, Shape weight)
    {
        var kernel = weight.Skip(2).Select(d => d.Value).ToArray();
        var isLast = ChannelsLastChoice.Prefers(node);
        var isPrepared = _states.Contains(node.Inputs[1]);
        var (tiled, windowed) = (isLast && _transforms ? new TiledConvolution(geometry, kernel, isPrepared) : null, new WindowedContraction(geometry, kernel, isLast));
        var (x, w) = (Image(node.Inputs[0]), First(node.Inputs[1]));
        return node.Op switch
        {
            Convolution => tiled?.Convolution(x, w) ?? windowed.Convolution(x, w),
            ConvolutionInputGradient g => tiled?.InputGradient(x, w, g.InputShape) ?? windowed.InputGradient(x, w, g.InputShape),
            _ => tiled?.WeightGradient(x, Image(node.Inputs[1]), weight) ?? windowed.WeightGradient(x, Image(node.Inputs[1]), weight),
        };

        Node Image(Node operand) => isLast ? Last(operand) : First(operand);
    }

    private Node First(Node node) => _chosen.Contains(node) ? _rebuilt[node].Permute(AxisOrder.First(node.Shape.Rank)) : _rebuilt[node];

    private Node Last(Node node) => _chosen.Contains(node) ? _rebuilt[node] : _rebuilt[node].Permute(AxisOrder.Last(node.Shape.Rank));

    /// <summary>A reduction of an image, the axes that are left in their first order.</summary>
    private Node Reduced(Node image, EquatableArray<int> axes, Func<EquatableArray<int>, Op> op)
    {
        var rank = image.Shape.Rank;
        var result = Node.Of(op(axes.Select(a => AxisOrder.Place(a, rank)).Order().ToEquatable()), Last(image));
        var left = AxisOrder.Last(rank).Where(a => !axes.Contains(a)).ToList();
        return result.Permute([.. left.Order().Select(a => left.IndexOf(a))]);
    }
}
