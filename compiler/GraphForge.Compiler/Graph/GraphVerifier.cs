using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Graph;

/// <summary>The invariants of a graph, checked after every pass.</summary>
public static class GraphVerifier
{
    /// <summary>
    /// Checks that each node has the type its op infers, that operands of commutative ops are in canonical order, that each
    /// update has its slot's type, and that names are unique.
    /// </summary>
    /// <param name="graph">The graph a pass returned.</param>
    /// <param name="pass">Name of the pass, for the error.</param>
    /// <exception cref="InternalCompilerException">An invariant does not hold; the message carries the graph.</exception>
    public static void Verify(ComputationGraph graph, string pass)
    {
        try
        {
            Verify(graph.TopologicalOrder(), graph, pass);
            foreach (var (slot, value) in graph.Updates)
                if (value.Type != slot.Type)
                    throw Broken(graph, pass, $"state {slot} is {slot.Type} and is updated with {value.Type}");
            CheckNames(graph);
        }
        catch (GraphException e)
        {
            throw Broken(graph, pass, e.Problem);
        }
    }

    /// <summary>Checks what the user named: inputs, outputs and states; and that no value left the body of a loop by itself.</summary>
    /// <exception cref="GraphException">Two of one kind share a name, or a value belongs to a body that is over.</exception>
    public static void CheckNames(ComputationGraph graph)
    {
        if (graph.TopologicalOrder().FirstOrDefault(n => n.Op is BodyParameter || n.Inputs.ToArray().Any(i => i.Op is BodyParameter)) is { } stray)
            throw new GraphException(ErrorCode.DanglingInput,
                "a value of the body of a loop or branch is used outside of it; return it from the body.", stray.Source);
        Unique(graph, "inputs", graph.Inputs.Select(i => i.Label));
        Unique(graph, "outputs", graph.Outputs.Select(o => o.Name));
        Unique(graph, "states", graph.States.Select(s => s.Name));
        Unique(graph, "updates", graph.Updates.Select(u => u.Slot.Name));
    }

    private static void Unique(ComputationGraph graph, string kind, IEnumerable<string> names)
    {
        var seen = new HashSet<string>();
        foreach (var name in names)
            if (!seen.Add(name))
                throw new GraphException(ErrorCode.DuplicateName,
                    $"graph {graph.Name} has two {kind} named '{name}'; rename one of them.", SourceLocation.Unknown);
    }

    private static void Verify(IReadOnlyList<Node> nodes, ComputationGraph graph, string pass)
    {
        foreach (var node in nodes)
        {
            Verify(node, graph, pass);
            foreach (var body in node.Op.Bodies) VerifyClosed(body, graph, pass);
        }
    }

    private static void VerifyClosed(Subgraph body, ComputationGraph graph, string pass)
    {
        foreach (var node in body.Order)
            if (node.Op is Input or State || node.Op is BodyParameter parameter && !IsOf(body, parameter))
                throw Broken(graph, pass, $"{node} stands in body {body}, which takes {body.Parameters}");
        Verify(body.Order, graph, pass);
    }

    private static bool IsOf(Subgraph body, BodyParameter parameter) =>
        parameter.Index >= 0 && parameter.Index < body.Parameters.Count && parameter.Type == body.Parameters[(int)parameter.Index];

    private static void Verify(Node node, ComputationGraph graph, string pass)
    {
        var types = new TensorType[node.Inputs.Length];
        for (var i = 0; i < types.Length; i++) types[i] = node.Inputs[i].Type;
        var inferred = node.Op.Infer(types);
        if (inferred != node.Type)
            throw Broken(graph, pass, $"{node} should have type {inferred}");
        if (!node.IsInterned)
            throw Broken(graph, pass, $"{node} is not the interned node of its op and operands");
    }

    private static InternalCompilerException Broken(ComputationGraph graph, string pass, string problem) =>
        new(pass, problem, GraphPrinter.Print(graph));
}
