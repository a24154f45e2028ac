using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Puts tensors that every step of a loop reads whole, weights above all, once before the loop into the order in which the
/// contractions of its body read them as vectors: along the last axis of the result. A step would turn them over anew.
/// </summary>
public static class CapturedOrder
{
    /// <summary>Steps, and rows of a step's result, below which turning a tensor over costs more than it saves.</summary>
    private const long FewestSteps = 4, FewestRows = 8;

    public static ComputationGraph Run(ComputationGraph graph) => Topology.Rebuild(graph, (node, inputs) =>
        node.Op is Scan { Length.Value: >= FewestSteps } scan ? Reordered(scan, inputs) ?? node.WithInputs(inputs) : node.WithInputs(inputs));

    private static Node? Reordered(Scan scan, Node[] inputs)
    {
        var orders = new Dictionary<int, Permute>();
        for (var i = scan.Carries + scan.StackedInputs; i < inputs.Length; i++)
            if (OrderOf(scan.Body, i) is { } order) orders[i] = order;
        if (orders.Count == 0) return null;
        var parameters = scan.Body.Parameters.Select((type, i) => orders.TryGetValue(i, out var order) ? order.Infer([type]) : type).ToEquatable();
        var body = Topology.Rebuild(scan.Body.ToGraph("body"), (node, operands) =>
            node.Op is BodyParameter { Index: var index } && orders.TryGetValue((int)index, out var order)
                ? Node.Of(new BodyParameter(index, parameters[(int)index])).Permute([.. order.Inverse])
                : node.WithInputs(operands));
        var operands = inputs.Select((input, i) => orders.TryGetValue(i, out var order)
            ? Node.Of(new Identity("captured order"), Node.Of(order, input))
            : input).ToArray();
        return Node.Of(scan with { Body = new Subgraph(parameters, body.Outputs.Select(o => o.Value).ToEquatable()) }, operands);
    }

    /// <summary>The order every contraction wants that reads the parameter; null where they have it, or do not agree.</summary>
    private static Permute? OrderOf(Subgraph body, int parameter)
    {
        var node = body.Parameter(parameter);
        var wishes = body.Order.Where(n => n.Inputs.Contains(node)).Select(n => WishOf(n, node)).Distinct().ToArray();
        return wishes is [{ } wish] && wish != node.Shape.Rank - 1
            ? new Permute([.. Enumerable.Range(0, node.Shape.Rank).Where(a => a != wish), wish])
            : null;
    }

    /// <summary>The axis of the operand that should come last; null where the reader has no wish.</summary>
    private static int? WishOf(Node reader, Node operand)
    {
        if (reader.Op is not Contraction { Output.Count: > 0 } contraction || reader.Inputs[0] == reader.Inputs[1]) return null;
        var labels = reader.Inputs[0] == operand ? contraction.Left : contraction.Right;
        var axis = labels.ToList().IndexOf(contraction.Output[^1]);
        var rows = contraction.Output.Select((label, a) => labels.Contains(label) ? 1 : reader.Shape[a].Value).Aggregate(1L, (p, d) => p * d);
        return axis >= 0 && rows >= FewestRows ? axis : null;
    }
}
