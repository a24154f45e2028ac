using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Graph;

/// <summary>Storage that outlives a run: a parameter, a running statistic, an optimizer moment. Identity is the object.</summary>
/// <param name="name">Name for people; unique within a graph by the time it is compiled.</param>
/// <param name="type">Bound type of the stored tensor.</param>
public sealed class StateSlot(string name, TensorType type)
{
    public string Name { get; set; } = name;

    public TensorType Type { get; } = type;

    /// <summary>Whether training keeps it beside the model, as moments and counters are; told apart in reports.</summary>
    public bool BelongsToTraining { get; init; }

    public override string ToString() => Name;
}

/// <summary>A value the caller reads after a run.</summary>
public readonly record struct NamedOutput(string Name, Node Value);

/// <summary>Assigns <paramref name="Value"/> to <paramref name="Slot"/> at the end of a run; reads in the same run see the old value.</summary>
public readonly record struct StateUpdate(StateSlot Slot, Node Value);

/// <summary>A program before compilation: what is read back, and what is written to state.</summary>
public sealed record ComputationGraph(string Name, EquatableArray<NamedOutput> Outputs, EquatableArray<StateUpdate> Updates)
{
    /// <summary>Outputs then updates: everything a run must compute.</summary>
    public IEnumerable<Node> Roots => Outputs.Select(o => o.Value).Concat(Updates.Select(u => u.Value));

    /// <summary>Every node, operands before users, in an order that depends on the structure alone.</summary>
    public IReadOnlyList<Node> TopologicalOrder() => Topology.Order(Roots);

    public IEnumerable<Input> Inputs => TopologicalOrder().Select(n => n.Op).OfType<Input>();

    /// <summary>States read or written, in first-use order.</summary>
    public IReadOnlyList<StateSlot> States => TopologicalOrder().Select(n => n.Op).OfType<State>().Select(s => s.Slot)
        .Concat(Updates.Select(u => u.Slot)).Distinct().ToArray();

    /// <summary>Symbols the graph's inputs leave open.</summary>
    public IEnumerable<DimSymbol> Symbols => Inputs.SelectMany(i => i.Type.Shape.SelectMany(d => d.Symbols)).Distinct();

    /// <summary>The graph with every root passed through <paramref name="rewrite"/>.</summary>
    public ComputationGraph Map(Func<Node, Node> rewrite) => this with
    {
        Outputs = Outputs.Select(o => o with { Value = rewrite(o.Value) }).ToEquatable(),
        Updates = Updates.Select(u => u with { Value = rewrite(u.Value) }).ToEquatable(),
    };
}

/// <summary>Walks over the DAG that never recurse, so that a chain of 100,000 nodes is no stack overflow.</summary>
public static class Topology
{
    /// <summary>Operands before users; depth first, operands left to right.</summary>
    public static IReadOnlyList<Node> Order(IEnumerable<Node> roots)
    {
        var order = new List<Node>();
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<(Node Node, int Next)>();
        foreach (var root in roots)
        {
            if (seen.Add(root)) stack.Push((root, 0));
            while (stack.TryPop(out var top))
            {
                if (top.Next == top.Node.Inputs.Length)
                {
                    order.Add(top.Node);
                    continue;
                }
                stack.Push((top.Node, top.Next + 1));
                var input = top.Node.Inputs[top.Next];
                if (seen.Add(input)) stack.Push((input, 0));
            }
        }
        return order;
    }

    /// <summary>The nodes of <paramref name="order"/> that read a node, each once, in that order.</summary>
    public static ILookup<Node, Node> Consumers(IReadOnlyList<Node> order) => order
        .SelectMany(n => n.Inputs.ToArray().Distinct().Select(i => (Input: i, Consumer: n)))
        .ToLookup(p => p.Input, p => p.Consumer, (IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);

    /// <summary>The roots over other nodes in the place of some.</summary>
    /// <param name="roots">What to rebuild.</param>
    /// <param name="replaced">Nodes and what stands for them; every node that is met is added.</param>
    internal static Node[] Substitute(IReadOnlyList<Node> roots, Dictionary<Node, Node> replaced)
    {
        foreach (var node in Order(roots))
            if (!replaced.ContainsKey(node)) replaced[node] = node.WithInputs(node.Inputs.ToArray().Select(i => replaced[i]).ToArray());
        return roots.Select(r => replaced[r]).ToArray();
    }

    /// <summary>
    /// Rebuilds the DAG bottom-up: <paramref name="rewrite"/> sees each node once, with the already rebuilt operands, and
    /// returns its replacement.
    /// </summary>
    public static ComputationGraph Rebuild(ComputationGraph graph, Func<Node, Node[], Node> rewrite)
    {
        var replaced = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.TopologicalOrder())
        {
            var inputs = new Node[node.Inputs.Length];
            for (var i = 0; i < inputs.Length; i++) inputs[i] = replaced[node.Inputs[i]];
            using (NodeScope.Of(node)) replaced[node] = rewrite(node, inputs);
        }
        return graph.Map(n => replaced[n]);
    }
}
