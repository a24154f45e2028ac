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
    /// <summary>What held for these groups holds for those of bodies.</summary>
    public FusionLimits Limits { get; init; } = FusionLimits.None;

    /// <summary>Whether a node exists in its consumers' indices only.</summary>
    public bool IsAbsorbed(Node node) => !GroupOf.ContainsKey(node) && Structures[node] != NodeStructure.Leaf;

    /// <summary>All that a group does, in place of which kernels could do one node each; views of other nodes take no work.</summary>
    public IReadOnlyList<Node> WorkOf(FusionGroup group)
    {
        var work = new HashSet<Node>(group.Members, ReferenceEqualityComparer.Instance);
        var waiting = new Stack<Node>(group.Members);
        while (waiting.TryPop(out var node))
            foreach (var input in node.Inputs.ToArray().Where(i => IsAbsorbed(i) && work.Add(i))) waiting.Push(input);
        return [.. work.Where(n => n.Op is not (Reshape or Permute or Expand or Slice or Constant) || group.Members.Contains(n))];
    }
}

/// <summary>
/// Groups nodes into kernels: walking producers first, each node joins the group of a producer where both fit one loop nest
/// and no other group would have to run in between; otherwise it founds a group. Fusing never adds work beyond index
/// arithmetic, and always saves writing and reading an intermediate.
/// </summary>
public sealed class Fusion
{
    private readonly FusionState _state;
    private readonly Dictionary<Node, FusionGroup> _loops = new(ReferenceEqualityComparer.Instance);
    private readonly FusionLimits _limits;

    private Fusion(ComputationGraph graph, FusionLimits limits) => (_state, _limits) = (new FusionState(graph, limits), limits);

    /// <param name="graph">What becomes kernels.</param>
    /// <param name="limits">What is not to be fused; null for no limits.</param>
    public static FusionPlan Run(ComputationGraph graph, FusionLimits? limits = null)
    {
        limits ??= FusionLimits.None;
        return new Fusion(graph, limits).Run() with { Limits = limits };
    }

    private FusionPlan Run()
    {
        // What nobody reads but the caller waits until the groups of its parts have merged.
        foreach (var node in _state.Order.Where(_state.IsComputed).OrderBy(n => n.Op is Concat && _state.ConsumersOf(n).Count == 0)) Place(node);
        Siblings.Merge(_state);
        Prologues.Absorb(_state, _limits);
        Sinking.Run(_state);
        ChooseStored();
        return new FusionPlan(_state.InDependencyOrder(), _state.GroupOf, _state.Accesses, _state.Structures, _state.Decisions);
    }

    private void Place(Node node)
    {
        if (_state.Structures[node] == NodeStructure.Loop)
        {
            PlaceLoop(node);
            return;
        }
        if (_state.Scores.MatrixOf(node) is { } scores)
        {
            PlaceSum(node, scores);
            return;
        }
        var producers = _state.ProducersOf(node).ToArray();
        if (PartsOf(node) is { } parts)
        {
            parts.Members.Add(node);
            parts.Assembled.Add(node);
            _state.GroupOf[node] = parts;
            foreach (var producer in producers) _state.Decisions.Add(new FusionDecision(producer, node, true, "stored where it stands in the whole"));
            return;
        }
        FusionGroup? home = null;
        foreach (var group in producers.Select(p => _state.GroupOf[p]).Distinct().OrderByDescending(g => g.Kind))
        {
            if (group == home || producers.All(p => _state.GroupOf[p] != group)) continue;
            var reason = home is null ? _state.WhyNotJoin(node, group) : _state.WhyNotMerge(home, group);
            if (reason is null)
            {
                if (home is null) Join(node, home = group);
                else home = Merge(home, group);
            }
            foreach (var producer in producers.Where(p => reason is not null && _state.GroupOf[p] == group))
                _state.Decisions.Add(new FusionDecision(producer, node, false, reason!));
        }
        home ??= Found(node);
        foreach (var producer in producers.Where(p => _state.GroupOf[p] == home))
            _state.Decisions.Add(new FusionDecision(producer, node, true, $"same {home.Kind} loop nest"));
    }

    /// <summary>The group that computes every operand of a concatenation, one as large as the next, and so can store them in place.</summary>
    private FusionGroup? PartsOf(Node node)
    {
        if (!HasAlikeParts(node) || _state.IsApart(node) || !node.Inputs.ToArray().All(_state.GroupOf.ContainsKey)) return null;
        var groups = node.Inputs.ToArray().Select(p => _state.GroupOf[p]).Distinct().ToArray();
        return groups is [{ Kind: GroupKind.Map or GroupKind.Contraction } group] && !_state.IsApart(group) && group.Rows == node.Inputs[0].Shape.Size.Value ? group : null;
    }

    /// <summary>Whether a node is a concatenation of equal shapes, some elements of a part being neighbours in the whole, as lanes have to be.</summary>
    private static bool HasAlikeParts(Node node) => node.Op is Concat { Axis: var axis } && node.Inputs.ToArray().All(p => p.Shape == node.Inputs[0].Shape) &&
        node.Inputs[0].Shape.Skip(axis).Any(d => d.Value > 1);

    /// <summary>Results of one loop stand together and by themselves.</summary>
    private void PlaceLoop(Node node)
    {
        var leader = SiblingOp.LeaderOf(node);
        if (_loops.TryGetValue(leader, out var group))
        {
            group.Members.Add(node);
            _state.GroupOf[node] = group;
        }
        else _loops[leader] = Found(node);
        foreach (var producer in _state.ProducersOf(node))
            _state.Decisions.Add(new FusionDecision(producer, node, false, "a loop has kernels of its own"));
    }

    /// <summary>
    /// Sums of one matrix of scores share a kernel, so that the tiles of it are computed once, unless one waits for another's result, or
    /// sums columns over other axes: the loop over matrices is inside of one and outside of the other.
    /// </summary>
    private void PlaceSum(Node node, ScoreMatrix scores)
    {
        var alone = _limits.SplitsScores ? scores.SumsColumns(node) : scores.SumsColumnsAlone(node);
        var home = _state.Groups.FindLast(g => g.Scores == scores && g.SumsColumnsAlone == alone && _state.WhyCyclic(node, g) is null &&
            (!scores.SumsColumns(node) || g.Members.Where(scores.SumsColumns).All(m => scores.SumsAlike(node, m))));
        if (home is null)
        {
            home = new FusionGroup(_state.Groups.Count, GroupKind.Attention, scores.Axes.RowCount) { Scores = scores, SumsColumnsAlone = alone };
            _state.Groups.Add(home);
        }
        home.Members.Add(node);
        _state.GroupOf[node] = home;
        foreach (var producer in _state.ProducersOf(node))
            _state.Decisions.Add(new FusionDecision(producer, node, _state.GroupOf[producer] == home,
                _state.GroupOf[producer] == home ? "scores in tiles" : "an operand of attention is complete before it starts"));
    }

    private FusionGroup Found(Node node)
    {
        var geometry = _state.Geometries.GetValueOrDefault(node);
        var kind = _state.Structures[node] switch
        {
            NodeStructure.Contraction => GroupKind.Contraction,
            NodeStructure.Scatter => GroupKind.Scatter,
            NodeStructure.Sort => GroupKind.Sort,
            NodeStructure.Loop => GroupKind.Loop,
            NodeStructure.Reduction => geometry is null ? GroupKind.Reduction : GroupKind.Rows,
            _ => GroupKind.Map,
        };
        var group = new FusionGroup(_state.Groups.Count, kind, node.Shape.Size.Value) { Geometry = geometry };
        _state.Groups.Add(group);
        group.Members.Add(node);
        if (kind == GroupKind.Rows) group.RowLevel.Add(node);
        // Parts of one size are copied side by side, a vector of each at a time; which part an element is in need not be asked.
        if (HasAlikeParts(node))
        {
            group.Assembled.Add(node);
            group.Rows = node.Inputs[0].Shape.Size.Value;
        }
        _state.GroupOf[node] = group;
        return group;
    }

    private void Join(Node node, FusionGroup group)
    {
        if (_state.Sums.TryGetValue(node, out var sums)) JoinSums(node, sums, group);
        else if (_state.Structures[node] == NodeStructure.Reduction)
        {
            if (group.Kind == GroupKind.Map) MakeRows(group, _state.Geometries[node]);
            group.RowLevel.Add(node);
        }
        else if (group.Kind == GroupKind.Rows && node.Shape.Size.Value == group.Rows) group.RowLevel.Add(node);
        group.Members.Add(node);
        _state.GroupOf[node] = group;
    }

    private static void JoinSums(Node node, ColumnSums sums, FusionGroup group)
    {
        if (group.Kind == GroupKind.Map) MakeRows(group, sums.Geometry);
        group.Stretches = sums.Stretches;
        group.StretchLevel.Add(node);
    }

    private static void MakeRows(FusionGroup group, RowGeometry geometry) =>
        (group.Kind, group.Geometry, group.Rows) = (GroupKind.Rows, geometry, geometry.Rows);

    private FusionGroup Merge(FusionGroup home, FusionGroup other)
    {
        var asRows = home.Kind == GroupKind.Rows && other.Kind == GroupKind.Map && other.Rows == home.Rows;
        if (asRows) other.RowLevel.UnionWith(other.Members);
        home.TakeIn(other);
        foreach (var member in home.Members) _state.GroupOf[member] = home;
        return home;
    }

    private void ChooseStored()
    {
        var position = new Dictionary<Node, int>(_state.Order.Index().Select(p => KeyValuePair.Create(p.Item, p.Index)), ReferenceEqualityComparer.Instance);
        foreach (var group in _state.Groups)
        {
            group.Members.Sort((a, b) => position[a].CompareTo(position[b]));
            foreach (var member in group.Members.Where(m => !group.Prologue.Contains(m)))
                if (_state.IsRoot(member) || _state.ConsumersOf(member).Any(c => _state.GroupOf[c] != group)) group.Stored.Add(member);
        }
    }
}
