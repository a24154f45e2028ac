namespace GraphForge.Compiler.Graph;

/// <summary>
/// A closed piece of graph that an op runs: the body of a loop, a branch. Its leaves are its own numbered parameters, so
/// equal bodies are the same nodes wherever they stand, and bodies nest without renaming.
/// </summary>
/// <param name="Parameters">Type of each parameter; number i is the node <see cref="Ops.BodyParameter"/> i of that type.</param>
/// <param name="Roots">What one run yields.</param>
public sealed record Subgraph(EquatableArray<TensorType> Parameters, EquatableArray<Node> Roots)
{
    private IReadOnlyList<Node>? _order;

    /// <summary>Every node, operands before users.</summary>
    public IReadOnlyList<Node> Order => _order ??= Topology.Order(Roots);

    /// <summary>Hash of the structure, the same in every process.</summary>
    public ulong StableHash => Roots.Aggregate(StableHashing.Of(Parameters.ToString()), (hash, root) => StableHashing.Combine(hash, root.StableHash));

    public bool Equals(Subgraph? other) =>
        ReferenceEquals(this, other) || other is not null && Parameters == other.Parameters && Roots == other.Roots;

    public override int GetHashCode() => StableHash.GetHashCode();

    /// <summary>The node of parameter number <paramref name="index"/>.</summary>
    public Node Parameter(int index) => Node.Of(new Ops.BodyParameter(index, Parameters[index]));

    /// <summary>The roots as outputs named by their position, for passes that work on whole graphs.</summary>
    public ComputationGraph ToGraph(string name) =>
        new(name, Roots.Select((root, i) => new NamedOutput($"{i}", root)).ToEquatable(), []);

    /// <summary>The same parameters over other roots.</summary>
    public Subgraph WithRoots(IEnumerable<Node> roots) => roots.ToEquatable() is var given && given == Roots ? this : new(Parameters, given);

    /// <summary>The body with symbols replaced in every type and attribute.</summary>
    public Subgraph Bind(IReadOnlyDictionary<DimSymbol, long> values)
    {
        var bound = Topology.Rebuild(ToGraph(""), (node, inputs) => Node.Of(node.Op.Bind(values), inputs));
        return new Subgraph(Parameters.Select(p => p with { Shape = p.Shape.Bind(values) }).ToEquatable(), bound.Roots.ToEquatable());
    }

    /// <summary>The roots over nodes outside in the place of the parameters.</summary>
    public Node[] Inline(IReadOnlyList<Node> arguments) => Topology.Rebuild(ToGraph(""), (node, inputs) =>
        node.Op is Ops.BodyParameter parameter ? arguments[(int)parameter.Index] : node.WithInputs(inputs)).Roots.ToArray();

    /// <summary>Values of the roots for values of the parameters.</summary>
    public Literal[] Evaluate(IReadOnlyList<Literal> arguments)
    {
        var values = new Dictionary<Node, Literal>(ReferenceEqualityComparer.Instance);
        foreach (var node in Order)
            values[node] = node.Op is Ops.BodyParameter parameter
                ? arguments[(int)parameter.Index]
                : ReferenceEvaluator.Apply(node, values);
        return Roots.Select(root => values[root]).ToArray();
    }

    public override string ToString() => $"#{StableHash:x16}";
}
