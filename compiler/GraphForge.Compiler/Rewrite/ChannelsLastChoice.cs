using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Which images have their channels last. It starts at the convolutions whose channels fill vector registers better than their
/// rows do, and spreads through everything that goes element by element or window by window, so that conversions are left at
/// the edges only: inputs, outputs, reshapes.
/// </summary>
internal sealed class ChannelsLastChoice
{
    /// <summary>Elements of a register, of the type and on the machine that matter most.</summary>
    private const long Lanes = 16;

    /// <summary>
    /// How much longer rows take than channels where both fill registers: windows overlap along rows, so that neither operand
    /// is dense in memory.
    /// </summary>
    private const double CostOfRows = 2;

    private readonly HashSet<Node> _chosen = new(ReferenceEqualityComparer.Instance);
    private readonly ILookup<Node, Node> _consumers;
    private readonly Stack<Node> _waiting = new();

    private ChannelsLastChoice(IReadOnlyList<Node> order)
    {
        _consumers = Topology.Consumers(order);
        foreach (var node in order.Where(n => IsConvolution(n.Op) && Prefers(n))) Start(node);
        while (_waiting.TryPop(out var node)) Spread(node);
    }

    /// <summary>The nodes to compute with channels last; all bound.</summary>
    public static IReadOnlySet<Node> Of(IReadOnlyList<Node> order) => new ChannelsLastChoice(order)._chosen;

    public static bool IsConvolution(Op op) => op is Convolution or ConvolutionInputGradient or ConvolutionWeightGradient;

    /// <summary>Whether a convolution, or one of its gradients, does better with channels last.</summary>
    public static bool Prefers(Node node)
    {
        var (geometry, weight, rows) = node.Op switch
        {
            Convolution c => (c.Geometry, node.Inputs[1].Shape, node.Shape),
            ConvolutionInputGradient g => (g.Geometry, node.Inputs[1].Shape, node.Shape),
            ConvolutionWeightGradient w => (w.Geometry, w.WeightShape, node.Inputs[1].Shape),
            _ => throw new InternalCompilerException("channels last", $"{node.Op} is no convolution"),
        };
        if (geometry.SpatialRank == 0) return false;
        var ofGroup = node.Op is ConvolutionInputGradient ? weight[1].Value : weight[0].Value / geometry.Groups;
        return Waste(ofGroup > 1 ? ofGroup : geometry.Groups) <= CostOfRows * Waste(rows[^1].Value);
    }

    /// <summary>Registers needed over registers full.</summary>
    private static double Waste(long extent) => (double)((extent + Lanes - 1) / Lanes * Lanes) / extent;

    private void Start(Node convolution)
    {
        if (convolution.Op is not ConvolutionWeightGradient) Choose(convolution);
        Want(convolution.Inputs[0]);
        if (convolution.Op is ConvolutionWeightGradient) Want(convolution.Inputs[1]);
    }

    private void Choose(Node node)
    {
        if (_chosen.Add(node)) _waiting.Push(node);
    }

    private void Want(Node node)
    {
        if (AxisOrder.Moved(node) is not null) Choose(node);
    }

    private void Spread(Node node)
    {
        foreach (var consumer in _consumers[node]) Want(consumer);
        if (IsConvolution(node.Op)) return;
        foreach (var input in node.Inputs) Want(input);
    }
}
