using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Memory;

/// <summary>
/// What a graph takes where every node runs by itself, in the order of the graph, and each result is freed after its last reader, as
/// eager frameworks do: reshapes, permutations, expansions and slices are views, and a convolution gathers its windows into a matrix
/// (im2col), as PyTorch's own does for a whole batch. A loop has its carries beside what an iteration works with. Every output and every new state is a buffer of its own, here as in a compiled
/// program. This bounds what fusion may take: see <see cref="LeanFusion"/>.
/// </summary>
internal sealed class NodeByNode
{
    private readonly Node[] _order;
    private readonly HashSet<Node> _roots;

    private NodeByNode(ComputationGraph graph)
    {
        graph = RootCopies.Run(graph);
        _order = [.. graph.TopologicalOrder()];
        _roots = new(graph.Roots, ReferenceEqualityComparer.Instance);
    }

    /// <summary>Most bytes alive at once; constants and states not counted.</summary>
    public static long PeakBytes(ComputationGraph graph) => new NodeByNode(graph).Peak();

    private long Peak()
    {
        var last = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        foreach (var (position, node) in _order.Index())
            foreach (var input in node.Inputs) last[Stored(input)] = position;
        long live = _order.Where(n => n.Op is Input).Sum(Bytes), peak = live;
        foreach (var (position, node) in _order.Index())
        {
            if (Stored(node) == node && node.Op is not Leaf) live += Bytes(node);
            peak = Math.Max(peak, live + Align(Windows(node)) + Iteration(node));
            foreach (var done in node.Inputs.ToArray().Append(node).Select(Stored).Distinct())
                if (last.GetValueOrDefault(done, position) == position && done.Op is Input or not Leaf && !_roots.Contains(done)) live -= Bytes(done);
        }
        return peak;
    }

    private Node Stored(Node node)
    {
        while (!_roots.Contains(node) && node.Op is Reshape or Permute or Expand or Slice) node = node.Inputs[0];
        return node;
    }

    /// <summary>Bytes of the matrix [samples, channels · kernel, windows] that a convolution or one of its gradients works with.</summary>
    private static long Windows(Node node)
    {
        return node.Op switch
        {
            Convolution => Matrix(node.Inputs[0], node.Inputs[1], node),
            ConvolutionInputGradient => Matrix(node, node.Inputs[1], node.Inputs[0]),
            ConvolutionWeightGradient => Matrix(node.Inputs[0], node, node.Inputs[1]),
            _ => 0,
        };

        long Matrix(Node image, Node weight, Node windows) => node.Type.DType.Size() *
            image.Shape.Values.Take(2).Concat(weight.Shape.Values.Skip(2)).Concat(windows.Shape.Values.Skip(2)).Aggregate(1L, (product, extent) => product * extent);
    }

    /// <summary>Carries and values of an iteration of a loop, or the values of a branch.</summary>
    private static long Iteration(Node node)
    {
        var carries = node.Op switch { Scan scan => scan.Carries, While loop => loop.Carries, _ => 0 };
        return node.Inputs.ToArray().Take(carries).Sum(Bytes) + node.Op.Bodies.Select(b => PeakBytes(b.ToGraph(""))).DefaultIfEmpty(0).Max();
    }

    private static long Bytes(Node node) => Align(node.Type.Bytes);

    private static long Align(long bytes) => (bytes + ExecutionPlan.Alignment - 1) & -ExecutionPlan.Alignment;
}
