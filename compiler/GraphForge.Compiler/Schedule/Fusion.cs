using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule.Attention;

namespace GraphForge.Compiler.Schedule;

/// <summary>The kernels of a program, before their order is chosen.</summary>
/// <param name="Groups">Each becomes one kernel.</param>
/// <param name="GroupOf">The group that computes a node; absorbed nodes, leaves and what is computed in tiles have none.</param>
/// <param name="Accesses">What each computed node reads.</param>
/// <param name="Structures">Kind of work of every node.</param>
/// <param name="Decisions">One line an edge, for <c>Explain</c>.</param>
public sealed record FusionPlan(
    IReadOnlyList<FusionGroup> Groups, IReadOnlyDictionary<Node, FusionGroup> GroupOf,
    IReadOnlyDictionary<Node, NodeAccesses> Accesses, IReadOnlyDictionary<Node, NodeStructure> Structures,
    IReadOnlyList<FusionDecision> Decisions)
{
    /// <summary>Whether a node exists in its consumers' indices only.</summary>
    public bool IsAbsorbed(Node node) => !GroupOf.ContainsKey(node) && Structures[node] != NodeStructure.Leaf;
}

/// <summary>
/// Groups nodes into kernels: walking producers first, each node joins the group of a producer where both fit one loop nest
/// and no other group would have to run in between; otherwise it founds a group. Fusing never adds work beyond index
/// arithmetic, and always saves writing and reading an intermediate.
/// </summary>
public sealed class Fusion
{
    /// <summary>Full reductions of more elements than this are not fused into the kernel that makes them: that would serialise it.</summary>
    private const long MaximumSerialColumns = 16384;

    private const long MinimumParallelRows = 8;

    private readonly ComputationGraph _graph;
    private readonly Dictionary<Node, NodeStructure> _structures = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, NodeAccesses> _accesses = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, List<Node>> _consumers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, FusionGroup> _groupOf = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Node> _materialised = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Node> _recomputed = new(ReferenceEqualityComparer.Instance);
    private readonly List<FusionGroup> _groups = [];
    private readonly ScoreMatrices _scores;
    private readonly Dictionary<Node, FusionGroup> _loops = new(ReferenceEqualityComparer.Instance);
    private readonly List<FusionDecision> _decisions = [];

    private readonly HashSet<Node> _roots;
    private readonly IReadOnlyList<Node> _order;

    private Fusion(ComputationGraph graph)
    {
        (_graph, _order) = (graph, graph.TopologicalOrder());
        _roots = new HashSet<Node>(graph.Roots, ReferenceEqualityComparer.Instance);
        foreach (var node in _order) _structures[node] = NodeDefinition.Of(node).Structure;
        _scores = ScoreMatrices.Find(graph, _order, _structures);
    }

    public static FusionPlan Run(ComputationGraph graph) => new Fusion(graph).Run();

    private FusionPlan Run()
    {
        _materialised.UnionWith(Materialisation.Choose(_graph, _order, _structures));
        _recomputed.UnionWith(Materialisation.Recomputed(_graph, _order, _structures));
        foreach (var node in _order.Where(IsComputed))
        {
            var accesses = _accesses[node] = NodeAccesses.Of(node, n => !IsComputed(n) && _structures[n] != NodeStructure.Leaf);
            foreach (var producer in accesses.Reads.Select(r => r.Producer).Distinct()) ConsumersOf(producer).Add(node);
        }
        // What nobody reads but the caller waits until the groups of its parts have merged.
        foreach (var node in _order.Where(IsComputed).OrderBy(n => n.Op is Concat && ConsumersOf(n).Count == 0)) Place(node);
        foreach (var group in _groups.Where(g => g.Kind is GroupKind.Reduction).ToArray()) AbsorbPrologue(group);
        ChooseStored();
        return new FusionPlan(InDependencyOrder(), _groupOf, _accesses, _structures, _decisions);
    }

    /// <summary>Groups so that each comes after all it reads; among those ready, the one founded first.</summary>
    private List<FusionGroup> InDependencyOrder()
    {
        var order = new List<FusionGroup>();
        var done = new HashSet<FusionGroup>();
        var stack = new Stack<FusionGroup>();
        foreach (var group in _groups.Where(g => g.Members.Count > 0))
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

    private bool IsComputed(Node node) => !_scores.IsInTiles(node) && _structures[node] switch
    {
        NodeStructure.Leaf => false,
        NodeStructure.Movement => _materialised.Contains(node),
        _ => !_recomputed.Contains(node),
    };

    private List<Node> ConsumersOf(Node node) => _consumers.TryGetValue(node, out var list) ? list : _consumers[node] = [];

    private IEnumerable<Node> ProducersOf(Node node) =>
        _accesses[node].Reads.Select(r => r.Producer).Distinct().Where(IsComputed);

    private void Place(Node node)
    {
        if (_structures[node] == NodeStructure.Loop)
        {
            PlaceLoop(node);
            return;
        }
        if (_scores.MatrixOf(node) is { } scores)
        {
            PlaceSum(node, scores);
            return;
        }
        var producers = ProducersOf(node).ToArray();
        if (PartsOf(node) is { } parts)
        {
            parts.Members.Add(node);
            parts.Assembled.Add(node);
            _groupOf[node] = parts;
            foreach (var producer in producers) _decisions.Add(new FusionDecision(producer, node, true, "stored where it stands in the whole"));
            return;
        }
        FusionGroup? home = null;
        foreach (var group in producers.Select(p => _groupOf[p]).Distinct().OrderByDescending(g => g.Kind))
        {
            if (group == home || producers.All(p => _groupOf[p] != group)) continue;
            var reason = home is null ? WhyNotJoin(node, group) : WhyNotMerge(home, group);
            if (reason is null)
            {
                if (home is null) Join(node, home = group);
                else home = Merge(home, group);
            }
            foreach (var producer in producers.Where(p => reason is not null && _groupOf[p] == group))
                _decisions.Add(new FusionDecision(producer, node, false, reason!));
        }
        home ??= Found(node);
        foreach (var producer in producers.Where(p => _groupOf[p] == home))
            _decisions.Add(new FusionDecision(producer, node, true, $"same {home.Kind} loop nest"));
    }

    /// <summary>The group that computes every operand of a concatenation, one as large as the next, and so can store them in place.</summary>
    private FusionGroup? PartsOf(Node node)
    {
        if (node.Op is not Concat || node.Inputs.ToArray().Any(p => !_groupOf.ContainsKey(p) || p.Shape != node.Inputs[0].Shape)) return null;
        var groups = node.Inputs.ToArray().Select(p => _groupOf[p]).Distinct().ToArray();
        return groups is [{ Kind: GroupKind.Map or GroupKind.Contraction } group] && group.Rows == node.Inputs[0].Shape.Size.Value ? group : null;
    }

    /// <summary>Results of one loop stand together and by themselves.</summary>
    private void PlaceLoop(Node node)
    {
        var leader = SiblingOp.LeaderOf(node);
        if (_loops.TryGetValue(leader, out var group))
        {
            group.Members.Add(node);
            _groupOf[node] = group;
        }
        else _loops[leader] = Found(node);
        foreach (var producer in ProducersOf(node)) _decisions.Add(new FusionDecision(producer, node, false, "a loop has kernels of its own"));
    }

    /// <summary>Sums of one matrix of scores share a kernel, so that the tiles of it are computed once, unless one waits for another's result.</summary>
    private void PlaceSum(Node node, ScoreMatrix scores)
    {
        var home = _groups.FindLast(g => g.Scores == scores && WhyCyclic(node, g) is null);
        if (home is null)
        {
            home = new FusionGroup(_groups.Count, GroupKind.Attention, scores.RowCount, scores.Keys) { Scores = scores };
            _groups.Add(home);
        }
        home.Members.Add(node);
        _groupOf[node] = home;
        foreach (var producer in ProducersOf(node))
            _decisions.Add(new FusionDecision(producer, node, _groupOf[producer] == home,
                _groupOf[producer] == home ? "scores in tiles" : "an operand of attention is complete before it starts"));
    }

    private FusionGroup Found(Node node)
    {
        var size = node.Shape.Size.Value;
        var structure = _structures[node];
        var (kind, rows, columns) = structure switch
        {
            NodeStructure.Contraction => (GroupKind.Contraction, size, 1L),
            NodeStructure.Scatter => (GroupKind.Scatter, size, 1L),
            NodeStructure.Sort => (GroupKind.Sort, size, 1L),
            NodeStructure.Loop => (GroupKind.Loop, size, 1L),
            NodeStructure.Reduction when RowColumns(node) is { } c => (GroupKind.Rows, size, c),
            NodeStructure.Reduction => (GroupKind.Reduction, size, 1L),
            _ => (GroupKind.Map, size, 1L),
        };
        var group = new FusionGroup(_groups.Count, kind, rows, columns);
        _groups.Add(group);
        group.Members.Add(node);
        if (kind == GroupKind.Rows) group.RowLevel.Add(node);
        _groupOf[node] = group;
        return group;
    }

    /// <summary>Columns a reduction over trailing axes combines; null for any other reduction.</summary>
    private long? RowColumns(Node node)
    {
        if (_structures[node] != NodeStructure.Reduction) return null;
        var accesses = _accesses[node];
        var columns = accesses.Reduced.Aggregate(1L, (p, v) => p * v.Extent);
        if (columns < 2 || node.Shape.Size.Value == 0) return null;
        return accesses.Reads.Count > 0 && accesses.Reads.Any(r =>
            r.Index.Equals(accesses.Linear * columns + LoopIndices.Linear(accesses.Reduced))) ? columns : null;
    }

    /// <summary>Null when <paramref name="node"/> may join <paramref name="group"/>, else the reason against.</summary>
    private string? WhyNotJoin(Node node, FusionGroup group)
    {
        var shapeReason = _structures[node] switch
        {
            NodeStructure.Reduction => WhyNotJoinReduction(node, group),
            NodeStructure.Elementwise or NodeStructure.Movement => WhyNotJoinElementwise(node, group),
            _ => $"a {_structures[node]} founds its own kernel".ToLowerInvariant(),
        };
        return shapeReason ?? WhyCyclic(node, group);
    }

    private string? WhyNotJoinReduction(Node node, FusionGroup group)
    {
        if (group.Assembled.Count > 0) return "parts of a whole are stored by a kernel of their own";
        if (group.Kind is not (GroupKind.Map or GroupKind.Rows)) return "a reduction after a contraction or reduction starts a new kernel";
        if (RowColumns(node) is not { } columns) return "reduces other than trailing axes";
        var rows = node.Shape.Size.Value;
        if (rows < MinimumParallelRows && columns > MaximumSerialColumns) return "too few rows to share among workers";
        if (group.Kind == GroupKind.Map ? group.Rows != rows * columns : (group.Rows, group.Columns) != (rows, columns))
            return "rows and columns differ";
        foreach (var producer in ProducersOf(node).Where(p => _groupOf[p] == group))
            if (group.RowLevel.Contains(producer) || !_accesses[node].ReducesRowsOf(producer, columns))
                return "reads other rows than its own";
        return null;
    }

    private string? WhyNotJoinElementwise(Node node, FusionGroup group)
    {
        var size = node.Shape.Size.Value;
        var accesses = _accesses[node];
        var producers = ProducersOf(node).Where(p => _groupOf[p] == group).ToArray();
        if (group.Kind == GroupKind.Loop) return "a loop is complete only when its last step ends";
        if (group.StandsAlone) return $"a {group.Kind} is complete only when its kernel ends".ToLowerInvariant();
        if (group.Kind != GroupKind.Map && producers.Any(accesses.Choosers.Contains)) return "a combined value chooses the elements to read";
        if (group.Kind != GroupKind.Rows)
        {
            if (size != group.Rows) return $"domains differ: {group.Rows} and {size} elements";
            return producers.All(accesses.IsIdentity) ? null : "reads the producer at other elements than its own";
        }
        var isRow = size == group.Rows;
        if (!isRow && size != group.Rows * group.Columns) return "domain is neither the rows nor the elements";
        foreach (var producer in producers)
        {
            var producerIsRow = group.RowLevel.Contains(producer);
            if (isRow && !producerIsRow) return "a row value cannot depend on single elements";
            var fits = isRow == producerIsRow ? accesses.IsIdentity(producer) : accesses.IsRowBroadcast(producer, group.Columns);
            if (!fits) return "reads the producer at other elements than its own";
        }
        return null;
    }

    /// <summary>Joining is illegal when something else <paramref name="node"/> needs must itself wait for the group.</summary>
    private string? WhyCyclic(Node node, FusionGroup group)
    {
        var others = ProducersOf(node).Select(p => _groupOf[p]).Where(g => g != group);
        return others.Any(o => DependsOn(o, group)) ? "another operand must run in between" : null;
    }

    private void Join(Node node, FusionGroup group)
    {
        if (_structures[node] == NodeStructure.Reduction)
        {
            if (group.Kind == GroupKind.Map)
            {
                group.Kind = GroupKind.Rows;
                group.Columns = RowColumns(node)!.Value;
                group.Rows = node.Shape.Size.Value;
            }
            group.RowLevel.Add(node);
        }
        else if (group.Kind == GroupKind.Rows && node.Shape.Size.Value == group.Rows) group.RowLevel.Add(node);
        group.Members.Add(node);
        _groupOf[node] = group;
    }

    /// <summary>
    /// Null when <paramref name="other"/>, which holds only elementwise work, may run inside <paramref name="home"/>. Called
    /// when a node of home reads both.
    /// </summary>
    private string? WhyNotMerge(FusionGroup home, FusionGroup other)
    {
        if (other.Kind == GroupKind.Contraction && home.Kind == GroupKind.Contraction)
        {
            if (SiblingContractions.WhyNot(home.Members, other.Members) is { } unlike) return unlike;
        }
        else if (other.Kind != GroupKind.Map) return "the other operand has a loop nest of its own";
        if (other.Assembled.Count > 0 && home.Kind == GroupKind.Rows) return "parts of a whole are stored by a kernel of their own";
        var level = other.Rows == home.Rows ? 1 : home.Kind == GroupKind.Rows && other.Rows == home.Rows * home.Columns ? 2 : 0;
        if (level == 0) return $"domains differ: {home.Rows} and {other.Rows} elements";
        foreach (var consumer in home.Members)
            foreach (var producer in ProducersOf(consumer).Where(p => _groupOf[p] == other))
            {
                var consumerIsRow = home.Kind == GroupKind.Rows && home.RowLevel.Contains(consumer);
                var accesses = _accesses[consumer];
                var fits = home.Kind != GroupKind.Rows ? accesses.IsIdentity(producer)
                    : level == 1 ? consumerIsRow ? accesses.IsIdentity(producer) : accesses.IsRowBroadcast(producer, home.Columns)
                    : _structures[consumer] == NodeStructure.Reduction ? accesses.ReducesRowsOf(producer, home.Columns)
                    : !consumerIsRow && accesses.IsIdentity(producer);
                if (!fits) return "reads the producer at other elements than its own";
            }
        if (home.StandsAlone) return $"a {home.Kind} takes nothing else into its kernel".ToLowerInvariant();
        return DependsThroughOthers(home, other) || DependsOn(other, home) ? "another operand must run in between" : null;
    }

    private FusionGroup Merge(FusionGroup home, FusionGroup other)
    {
        var asRows = home.Kind == GroupKind.Rows && other.Rows == home.Rows;
        foreach (var member in other.Members)
        {
            _groupOf[member] = home;
            if (asRows) home.RowLevel.Add(member);
        }
        home.Assembled.UnionWith(other.Assembled);
        home.Members.InsertRange(0, other.Members);
        other.Members.Clear();
        return home;
    }

    /// <summary>Whether running <paramref name="group"/> must wait for <paramref name="target"/>.</summary>
    private bool DependsOn(FusionGroup group, FusionGroup target)
    {
        if (group == target) return true;
        var seen = new HashSet<FusionGroup> { group };
        var stack = new Stack<FusionGroup>([group]);
        while (stack.TryPop(out var current))
            foreach (var dependency in DependenciesOf(current))
            {
                if (dependency == target) return true;
                if (seen.Add(dependency)) stack.Push(dependency);
            }
        return false;
    }

    /// <summary>Whether <paramref name="home"/> waits for <paramref name="other"/> by way of a third group.</summary>
    private bool DependsThroughOthers(FusionGroup home, FusionGroup other) =>
        DependenciesOf(home).Where(d => d != other && d != home).Distinct().Any(d => DependsOn(d, other));

    private IEnumerable<FusionGroup> DependenciesOf(FusionGroup group) =>
        group.Members.SelectMany(ProducersOf).Select(p => _groupOf[p]).Where(g => g != group).Distinct();

    /// <summary>Elementwise work that only feeds the reduction is computed at the element being reduced.</summary>
    private void AbsorbPrologue(FusionGroup group)
    {
        var reduction = group.Members.First(m => _structures[m] == NodeStructure.Reduction);
        foreach (var source in ProducersOf(reduction).Select(p => _groupOf[p]).Distinct().ToArray())
        {
            if (source == group || source.Kind != GroupKind.Map) continue;
            var feedsOnlyUs = source.Assembled.Count == 0 && source.Members.All(m =>
                !_materialised.Contains(m) && !IsRoot(m) && ConsumersOf(m).All(c => c == reduction || _groupOf[c] == source));
            if (!feedsOnlyUs || DependsOn(source, group) || OverlapsWindows(reduction)) continue;
            foreach (var member in source.Members)
            {
                group.Prologue.Add(member);
                _groupOf[member] = group;
            }
            group.Members.InsertRange(0, source.Members);
            source.Members.Clear();
            _decisions.RemoveAll(d => d.Consumer == reduction && group.Prologue.Contains(d.Producer));
            foreach (var producer in ProducersOf(reduction).Where(group.Prologue.Contains))
                _decisions.Add(new FusionDecision(producer, reduction, true, "computed at the element being reduced"));
        }
    }

    /// <summary>Whether one element feeds several results (overlapping windows), so that a prologue would be computed again.</summary>
    private bool OverlapsWindows(Node reduction) =>
        _accesses[reduction].Reads.Any(r => r.Producer.Shape.Size.Value <
            _accesses[reduction].Reduced.Aggregate(reduction.Shape.Size.Value, (p, v) => p * v.Extent));

    private bool IsRoot(Node node) => _roots.Contains(node);

    private void ChooseStored()
    {
        var position = new Dictionary<Node, int>(_order.Index().Select(p => KeyValuePair.Create(p.Item, p.Index)), ReferenceEqualityComparer.Instance);
        foreach (var group in _groups)
        {
            group.Members.Sort((a, b) => position[a].CompareTo(position[b]));
            foreach (var member in group.Members.Where(m => !group.Prologue.Contains(m)))
                if (IsRoot(member) || ConsumersOf(member).Any(c => _groupOf[c] != group)) group.Stored.Add(member);
        }
    }
}
