using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Compiler.Schedule.Attention;

namespace GraphForge.Compiler.Schedule;

/// <summary>A grouping of nodes into kernels while it is being made.</summary>
internal sealed class FusionState
{
    private readonly HashSet<Node> _materialised = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Node> _recomputed = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Node> _unread = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Node> _roots;
    private readonly HashSet<Node> _outputs;
    private readonly IReadOnlySet<Node> _ofStates;
    private readonly IReadOnlySet<Node> _apart;
    private readonly Dictionary<Node, List<Node>> _consumers = new(ReferenceEqualityComparer.Instance);

    public FusionState(ComputationGraph graph, FusionLimits limits)
    {
        _apart = limits.Apart;
        _roots = new HashSet<Node>(graph.Roots, ReferenceEqualityComparer.Instance);
        _outputs = new HashSet<Node>(graph.Outputs.Select(o => o.Value), ReferenceEqualityComparer.Instance);
        _ofStates = StateNodes.Of(graph);
        Order = graph.TopologicalOrder();
        foreach (var node in Order) Structures[node] = NodeDefinition.Of(node).Structure;
        Scores = ScoreMatrices.Find(graph, Order, Structures);
        _materialised.UnionWith(Materialisation.Choose(graph, Order, Structures));
        _materialised.UnionWith(_apart);
        // A uniform constant is a number in the text, unless it is needed in memory: there constants are without a kernel.
        foreach (var constant in _materialised.Where(n => n.Op is Constant)) Structures[constant] = NodeStructure.Leaf;
        _recomputed.UnionWith(Materialisation.Recomputed(graph, Order, Structures));
        _recomputed.ExceptWith(_apart);
        foreach (var node in Order.Where(IsComputed))
        {
            var accesses = Accesses[node] = NodeAccesses.Of(node, IsAbsorbed);
            if (Structures[node] == NodeStructure.Reduction)
            {
                if (RowGeometry.Of(accesses) is { } geometry) Geometries[node] = geometry;
                else if (ColumnSums.Of(accesses) is { } sums) Sums[node] = sums;
            }
        }
        foreach (var node in Unread().ToArray())
        {
            Accesses.Remove(node);
            _unread.Add(node);
        }
        foreach (var node in Order.Where(IsComputed))
            foreach (var producer in Accesses[node].Producers) ConsumersOf(producer).Add(node);
    }

    /// <summary>All nodes, operands first.</summary>
    public IReadOnlyList<Node> Order { get; }

    public Dictionary<Node, NodeStructure> Structures { get; } = new(ReferenceEqualityComparer.Instance);

    public Dictionary<Node, NodeAccesses> Accesses { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>What is computed in tiles.</summary>
    public ScoreMatrices Scores { get; }

    /// <summary>The rows of reductions that have them.</summary>
    public Dictionary<Node, RowGeometry> Geometries { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The stretches of reductions over rows.</summary>
    public Dictionary<Node, ColumnSums> Sums { get; } = new(ReferenceEqualityComparer.Instance);

    public Dictionary<Node, FusionGroup> GroupOf { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>In the order they were founded; those merged into others are empty.</summary>
    public List<FusionGroup> Groups { get; } = [];

    public List<FusionDecision> Decisions { get; } = [];

    public bool IsComputed(Node node) => !Scores.IsInTiles(node) && Structures[node] switch
    {
        NodeStructure.Leaf => false,
        NodeStructure.Movement => _materialised.Contains(node),
        _ => !_recomputed.Contains(node),
    } && !_unread.Contains(node);

    private bool IsAbsorbed(Node node) => !IsComputed(node) && Structures[node] != NodeStructure.Leaf;

    public bool IsRoot(Node node) => _roots.Contains(node);

    /// <summary>Whether the node is an output that another output is given a second time as.</summary>
    public bool IsSecondOutput(Node node) => node.Op is Identity && _outputs.Contains(node) && _outputs.Contains(node.Inputs[0]);

    /// <summary>Whether the group is more than elementwise work, and the same in every run.</summary>
    public bool IsWorthPreparing(FusionGroup group) => group.Kind != GroupKind.Map && IsOfStates(group);

    /// <summary>Whether the node is the same in every run.</summary>
    public bool IsOfStates(Node node) => _ofStates.Contains(node);

    public bool IsOfStates(FusionGroup group) => group.Members.All(IsOfStates);

    /// <summary>Whether the node has a kernel to itself.</summary>
    public bool IsApart(Node node) => _apart.Contains(node);

    /// <summary>Whether the group is one node that has a kernel to itself.</summary>
    public bool IsApart(FusionGroup group) => group.Members is [var member] && IsApart(member);

    /// <summary>Whether the node must stand in a buffer of its own.</summary>
    public bool IsMaterialised(Node node) => _materialised.Contains(node) || IsRoot(node);

    public List<Node> ConsumersOf(Node node) => _consumers.TryGetValue(node, out var list) ? list : _consumers[node] = [];

    public IEnumerable<Node> ProducersOf(Node node) => Accesses[node].Producers.Where(IsComputed);

    public IEnumerable<FusionGroup> DependenciesOf(FusionGroup group) =>
        group.Members.SelectMany(ProducersOf).Select(p => GroupOf[p]).Where(g => g != group).Distinct();

    /// <summary>Whether running <paramref name="group"/> must wait for <paramref name="target"/>.</summary>
    public bool DependsOn(FusionGroup group, FusionGroup target) => group == target || AnyDependsOn([group], target);

    /// <summary>Whether <paramref name="home"/> waits for <paramref name="other"/> by way of a third group.</summary>
    public bool DependsThroughOthers(FusionGroup home, FusionGroup other) =>
        AnyDependsOn(DependenciesOf(home).Where(d => d != other && d != home), other);

    /// <remarks>Asked for most pairs of neighbours, of graphs of any size, hence one search without intermediate lists.</remarks>
    private bool AnyDependsOn(IEnumerable<FusionGroup> groups, FusionGroup target)
    {
        var seen = new HashSet<FusionGroup>(groups);
        var stack = new Stack<FusionGroup>(seen);
        while (stack.TryPop(out var current))
            foreach (var member in current.Members)
                foreach (var producer in Accesses[member].Producers)
                {
                    if (!IsComputed(producer)) continue;
                    var dependency = GroupOf[producer];
                    if (dependency == target && dependency != current) return true;
                    if (seen.Add(dependency)) stack.Push(dependency);
                }
        return false;
    }

    /// <summary>Nodes no result depends on once they are read element by element, such as what chooses among elements that are all one number.</summary>
    private IEnumerable<Node> Unread()
    {
        var read = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var waiting = new Stack<Node>(Order.Where(n => IsComputed(n) && (IsRoot(n) || Structures[n] == NodeStructure.Loop)));
        while (waiting.TryPop(out var node))
            if (IsComputed(node) && read.Add(node))
                foreach (var producer in Accesses[node].Producers) waiting.Push(producer);
        return Order.Where(n => IsComputed(n) && !read.Contains(n));
    }

    /// <summary>Has a group compute nodes of others itself: its members then read what those are made of.</summary>
    public void Recompute(FusionGroup group, IReadOnlyList<Node> nodes)
    {
        if (nodes.Count == 0) return;
        group.Recomputed.UnionWith(nodes);
        foreach (var reader in nodes.SelectMany(ConsumersOf).Distinct().Where(c => GroupOf[c] == group).ToArray())
        {
            foreach (var producer in Accesses[reader].Reads.Select(r => r.Producer).Distinct())
            {
                ConsumersOf(producer).Remove(reader);
                Decisions.RemoveAll(d => d.Producer == producer && d.Consumer == reader);
            }
            Accesses[reader] = NodeAccesses.Of(reader, n => IsAbsorbed(n) || group.Recomputed.Contains(n));
            foreach (var producer in Accesses[reader].Reads.Select(r => r.Producer).Distinct())
            {
                ConsumersOf(producer).Add(reader);
                if (IsComputed(producer))
                    Decisions.Add(new FusionDecision(producer, reader, GroupOf[producer] == group, "read to compute again what is cheaper than stored"));
            }
        }
    }

    /// <summary>Tells anew why the edges around a node are as they are.</summary>
    public void Explain(Node node, string reason)
    {
        Decisions.RemoveAll(d => d.Producer == node || d.Consumer == node);
        foreach (var producer in ProducersOf(node)) Decisions.Add(new FusionDecision(producer, node, GroupOf[producer] == GroupOf[node], reason));
        foreach (var consumer in ConsumersOf(node)) Decisions.Add(new FusionDecision(node, consumer, GroupOf[consumer] == GroupOf[node], reason));
    }

    /// <summary>Groups so that each comes after all it reads; among those ready, the one founded first.</summary>
    public List<FusionGroup> InDependencyOrder()
    {
        var order = new List<FusionGroup>();
        var done = new HashSet<FusionGroup>();
        var stack = new Stack<FusionGroup>();
        foreach (var group in Groups.Where(g => g.Members.Count > 0))
        {
            stack.Push(group);
            while (stack.TryPeek(out var top))
            {
                var waiting = done.Contains(top) ? [] : DependenciesOf(top).Where(d => !done.Contains(d)).OrderByDescending(d => d.Id).ToArray();
                foreach (var dependency in waiting) stack.Push(dependency);
                if (waiting.Length > 0) continue;
                stack.Pop();
                if (done.Add(top)) order.Add(top);
            }
        }
        return order;
    }
}
