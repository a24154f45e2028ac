using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule.Attention;

/// <summary>
/// Decides which scores a kernel keeps in tiles. A contraction is kept after as much elementwise work as follows it alone; so is
/// what is expensive and used twice. Everything else is computed where it is used.
/// </summary>
internal sealed class ScoreStages
{
    /// <summary>Work, in units of <see cref="Cost"/>, that is rather read twice than done twice.</summary>
    private const double Expensive = 8;

    private readonly FusionPlan _plan;
    private readonly FusionGroup _group;
    private readonly List<Node> _order = [];
    private readonly Dictionary<Node, List<Node>> _consumers = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Node> _kept = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, Pending> _pending = new(ReferenceEqualityComparer.Instance);

    public ScoreStages(FusionPlan plan, FusionGroup group)
    {
        (_plan, _group) = (plan, group);
        var members = new HashSet<Node>(group.Members, ReferenceEqualityComparer.Instance);
        foreach (var member in group.Members) Collect(member, members, new HashSet<Node>(_order, ReferenceEqualityComparer.Instance));
        foreach (var node in _order) _pending[node] = Visit(node);
        Products = [.. group.Members.Where(m => m.Op is Contraction).Select(m => (m, group.Scores!.SummedBy(m)))];
    }

    /// <summary>Scores kept as they are used by several, and reductions of rows, each after what it needs.</summary>
    public IEnumerable<Node> Kept => _order.Where(n => _kept.Contains(n) || n.Op is ReductionOp && _group.Members.Contains(n));

    /// <summary>The contractions with scores, and the scores they sum.</summary>
    public IReadOnlyList<(Node Product, Node Scores)> Products { get; }

    public bool IsKept(Node node) => _kept.Contains(node);

    /// <summary>Kept scores that <paramref name="node"/>, which is not kept, is computed from.</summary>
    public int KeptOperands(Node node)
    {
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        return Count(node);

        int Count(Node n) => !seen.Add(n) ? 0 : IsKept(n) ? 1 : !_plan.IsAbsorbed(n) ? 0 : n.Inputs.ToArray().Sum(Count);
    }

    /// <summary>Everything in tiles that a member needs, and the member, operands first.</summary>
    private void Collect(Node node, HashSet<Node> members, HashSet<Node> seen)
    {
        if (!seen.Add(node)) return;
        foreach (var input in node.Inputs.ToArray().Where(i => _plan.IsAbsorbed(i) || members.Contains(i)))
        {
            if (IsOutside(node, input)) continue;
            Collect(input, members, seen);
            if (!_consumers.TryGetValue(input, out var list)) _consumers[input] = list = [];
            list.Add(node);
        }
        _order.Add(node);
    }

    /// <summary>Whether the edge leads to rows of an operand, which are no scores.</summary>
    private bool IsOutside(Node node, Node input) => node.Op is Contraction &&
        (!_group.Members.Contains(node) || input != _group.Scores!.SummedBy(node));

    private Pending Visit(Node node)
    {
        var inputs = node.Inputs.ToArray().Where(i => _pending.ContainsKey(i) && !(node.Op is Contraction && IsOutside(node, i))).Distinct().ToArray();
        var isSum = _group.Members.Contains(node);
        var waits = inputs.Any(i => _group.Members.Contains(i) || !IsKept(i) && _pending[i].Waits);
        var contractions = inputs.Where(i => !IsKept(i)).Select(i => _pending[i].Contraction).OfType<Node>().Distinct().ToArray();
        if (contractions.Length > 1 || waits || isSum)
        {
            _kept.UnionWith(contractions);
            contractions = [];
        }
        var isScore = _plan.Structures[node] is not NodeStructure.Movement && node.Shape.Size == _group.Scores!.Axes.Shape.Size && !isSum;
        var contraction = contractions.FirstOrDefault() is null ? node.Op is Contraction && !isSum ? node : null : isScore ? node : contractions[0];
        var work = isScore ? OwnWork(node) + inputs.Where(i => !IsKept(i)).Sum(i => _pending[i].Work) : inputs.Sum(i => IsKept(i) ? 0 : _pending[i].Work);
        if (isScore && UsesOf(node) > 1 && (contraction is not null || work >= Expensive) && IsReadInPlace(node)) _kept.Add(node);
        return new Pending(contraction, waits, isSum ? 0 : work);
    }

    private static double OwnWork(Node node) => node.Op is Contraction ? 0 : Cost.OfValue(NodeDefinition.Of(node).Value!);

    private int UsesOf(Node node) =>
        _consumers.GetValueOrDefault(node, []).Sum(c => _plan.Structures[c] == NodeStructure.Movement ? UsesOf(c) : 1);

    private bool IsReadInPlace(Node node) => _consumers[node].All(c =>
        _group.Members.Contains(c) || c.Op is ElementwiseOp || c.Op is Reshape && IsReadInPlace(c));

    /// <summary>What computing a node where it is used would repeat.</summary>
    /// <param name="Contraction">The furthest node so far that holds a contraction which is not kept yet.</param>
    /// <param name="Waits">Whether it waits for a reduction of this kernel.</param>
    /// <param name="Work">Elementwise work behind it.</param>
    private sealed record Pending(Node? Contraction, bool Waits, double Work);
}
