using System.Text;

namespace GraphForge.Compiler.Graph;

/// <summary>
/// A graph as text, one node a line, operands before users:
/// <c>%3 = add(%1, %2) : float32[4, 3]  // Models.cs(14) encoder.linear</c>. The same graph always prints the same.
/// </summary>
public static class GraphPrinter
{
    public static string Print(ComputationGraph graph)
    {
        var text = new StringBuilder($"graph {graph.Name}\n");
        var numbers = Append(text, graph.TopologicalOrder());
        foreach (var output in graph.Outputs) text.Append($"output {output.Name} = %{numbers[output.Value]}\n");
        foreach (var update in graph.Updates) text.Append($"update {update.Slot} = %{numbers[update.Value]}\n");
        foreach (var body in BodiesIn(graph.TopologicalOrder(), []))
        {
            numbers = Append(text.Append($"body {body}\n"), body.Order);
            text.Append($"yields {string.Join(", ", body.Roots.Select(r => $"%{numbers[r]}"))}\n");
        }
        return text.ToString();
    }

    /// <summary>The bodies the nodes run, outer ones first, each once.</summary>
    private static HashSet<Subgraph> BodiesIn(IReadOnlyList<Node> nodes, HashSet<Subgraph> seen)
    {
        foreach (var body in nodes.SelectMany(n => n.Op.Bodies))
            if (seen.Add(body)) BodiesIn(body.Order, seen);
        return seen;
    }

    /// <summary>Prints what <paramref name="node"/> is computed from, down to the leaves.</summary>
    public static string Print(Node node)
    {
        var text = new StringBuilder();
        Append(text, Topology.Order([node]));
        return text.ToString();
    }

    private static Dictionary<Node, int> Append(StringBuilder text, IReadOnlyList<Node> order)
    {
        var numbers = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        foreach (var node in order)
        {
            numbers[node] = numbers.Count;
            var arguments = new List<string>();
            foreach (var input in node.Inputs) arguments.Add($"%{numbers[input]}");
            if (node.Op.Attributes.Length > 0) arguments.Add(node.Op.Attributes);
            var origin = string.Join(' ', new[] { node.Source.ToString(), node.Scope }.Where(s => s.Length > 0));
            text.Append($"%{numbers[node]} = {node.Op.Name}({string.Join(", ", arguments)}) : {node.Type}");
            text.Append(origin.Length > 0 ? $"  // {origin}\n" : "\n");
        }
        return numbers;
    }
}
