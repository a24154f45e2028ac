using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Where slices of a value are computed with one another (gates of a recurrent cell, gated linear units), computes each part by
/// itself: slices move to the operands of elementwise ops and contractions, so that all parts of an element fit one kernel. Who
/// reads the value whole reads the parts put together.
/// </summary>
public static class DistributedSlices
{
    public static ComputationGraph Run(ComputationGraph graph)
    {
        // Every round moves slices over one more op on their way.
        while (Round(graph) is var next && !next.Roots.SequenceEqual(graph.Roots)) graph = next;
        return graph;
    }

    private static ComputationGraph Round(ComputationGraph graph)
    {
        var order = graph.TopologicalOrder();
        var consumers = Topology.Consumers(order);
        var axes = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        foreach (var node in order)
            if (AxisOf(node, consumers) is { } axis) axes[node] = axis;
        if (axes.Count == 0) return graph;
        var operands = new Dictionary<Node, Node[]>(ReferenceEqualityComparer.Instance);
        return Topology.Rebuild(graph, (node, inputs) =>
        {
            if (node.Op is Slice slice && axes.TryGetValue(node.Inputs[0], out var axis))
                return Part(node.Inputs[0].Op, operands[node.Inputs[0]], axis, slice.Starts[axis], slice.Lengths[axis]);
            if (!axes.TryGetValue(node, out var cut)) return node.WithInputs(inputs);
            operands[node] = inputs;
            var parts = consumers[node].Where(c => c.Op is Slice).OrderBy(c => ((Slice)c.Op).Starts[cut].Value)
                .Select(c => Part(node.Op, inputs, cut, ((Slice)c.Op).Starts[cut], ((Slice)c.Op).Lengths[cut])).ToArray();
            return Node.Of(new Concat(cut), parts);
        });
    }

    /// <summary>The axis along which equal slices, meeting later, part the whole value between them; null for any other value.</summary>
    private static int? AxisOf(Node node, ILookup<Node, Node> consumers)
    {
        if (node.Op is not (ElementwiseOp or Contraction) || node.Inputs.ToArray().Any(i => node.Op is ElementwiseOp && i.Shape != node.Shape)) return null;
        var slices = consumers[node].Where(c => c.Op is Slice).ToArray();
        if (slices.Length < 2 || slices.Any(s => s.Shape != slices[0].Shape)) return null;
        var cut = Enumerable.Range(0, node.Shape.Rank).Where(a => slices[0].Shape[a] != node.Shape[a]).ToArray();
        if (cut is not [var axis] || slices.Any(s => ((Slice)s.Op).Steps[axis] != 1)) return null;
        var length = slices[0].Shape[axis].Value;
        var starts = slices.Select(s => ((Slice)s.Op).Starts[axis].Value).Order();
        var isPartition = starts.SequenceEqual(slices.Select((_, i) => i * length)) && slices.Length * length == node.Shape[axis].Value;
        return isPartition && Meet(slices, consumers) ? axis : null;
    }

    /// <summary>Whether elementwise ops combine at least two of the slices.</summary>
    private static bool Meet(Node[] slices, ILookup<Node, Node> consumers)
    {
        var origin = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<(Node Node, Node Slice)>(slices.Select(s => (s, s)));
        while (stack.TryPop(out var top))
        {
            if (origin.TryGetValue(top.Node, out var known))
            {
                if (known != top.Slice) return true;
                continue;
            }
            origin[top.Node] = top.Slice;
            foreach (var consumer in consumers[top.Node].Where(c => c.Op is ElementwiseOp)) stack.Push((consumer, top.Slice));
        }
        return false;
    }

    private static Node Part(Op op, Node[] operands, int axis, Dim start, Dim length)
    {
        if (op is not Contraction contraction) return Node.Of(op, operands.Select(o => o.Slice(axis, start, length)).ToArray());
        var label = contraction.Output[axis];
        return Node.Of(op, Along(operands[0], contraction.Left), Along(operands[1], contraction.Right));

        Node Along(Node operand, IEnumerable<int> labels) =>
            labels.ToList().IndexOf(label) is >= 0 and var at ? operand.Slice(at, start, length) : operand;
    }
}
