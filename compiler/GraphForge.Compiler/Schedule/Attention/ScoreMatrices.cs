using System.Runtime.InteropServices;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Loops.Schedules.Attention;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule.Attention;

/// <summary>
/// Finds attention, forward and backward, by what it does: contractions make scores, elementwise ops change them, sums along
/// rows normalise them, and contractions with them over rows or columns are all that is kept. Masks, biases, dropout and any
/// other function of a score may stand anywhere between.
/// </summary>
public sealed class ScoreMatrices
{
    /// <summary>Fewer keys make rows that are not worth a tile.</summary>
    private const long LeastKeys = 8;

    /// <summary>Terms of a score beyond which computing it again costs more than keeping it.</summary>
    private const long MostTerms = 512;

    /// <summary>Work of an elementwise op beyond which its result is kept, in units of <see cref="Cost"/>.</summary>
    private const double MostWork = 4;

    private readonly Dictionary<Node, ScoreMatrix> _sums = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Node> _inTiles = new(ReferenceEqualityComparer.Instance);

    private readonly IReadOnlyDictionary<Node, NodeStructure> _structures;
    private readonly HashSet<Node> _roots;
    private readonly Dictionary<Node, List<Node>> _consumers = new(ReferenceEqualityComparer.Instance);

    private ScoreMatrices(ComputationGraph graph, IReadOnlyList<Node> order, IReadOnlyDictionary<Node, NodeStructure> structures)
    {
        _structures = structures;
        _roots = new HashSet<Node>(graph.Roots, ReferenceEqualityComparer.Instance);
        foreach (var node in order)
            foreach (var input in node.Inputs)
                (CollectionsMarshal.GetValueRefOrAddDefault(_consumers, input, out _) ??= []).Add(node);
    }

    /// <summary>Whether the node is a score, or feeds scores alone, and so exists within the kernels that need it.</summary>
    public bool IsInTiles(Node node) => _inTiles.Contains(node);

    /// <summary>The matrix whose rows or columns the node sums; null for any other node.</summary>
    public ScoreMatrix? MatrixOf(Node node) => _sums.GetValueOrDefault(node);

    /// <param name="graph">A bound graph.</param>
    /// <param name="order">Its nodes, operands first.</param>
    /// <param name="structures">Kind of work of each.</param>
    public static ScoreMatrices Find(ComputationGraph graph, IReadOnlyList<Node> order, IReadOnlyDictionary<Node, NodeStructure> structures)
    {
        var found = new ScoreMatrices(graph, order, structures);
        foreach (var candidate in ScoreCandidates.Of(order)) found.Accept(candidate);
        if (found._inTiles.Count > 0) found.TakeFeeders(order);
        return found;
    }

    private IReadOnlyList<Node> ConsumersOf(Node node) => _consumers.TryGetValue(node, out var list) ? list : [];

    private void Accept(ScoreCandidate candidate)
    {
        var axes = candidate.Axes;
        if (axes.Keys < LeastKeys || axes.RowCount < 2) return;
        var sums = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        foreach (var score in candidate.Members)
        {
            if (_roots.Contains(score) || _sums.ContainsKey(score) || score.Op is Contraction op && Terms(op, score) > MostTerms) return;
            foreach (var consumer in ConsumersOf(score))
                if (IsSum(consumer, score, axes) ? !sums.TryAdd(consumer, score)
                    : !candidate.Members.Contains(consumer) || consumer.Op is Contraction) return;
        }
        if (sums.Keys.Any(s => candidate.Members.Contains(s) || _inTiles.Contains(s))) return;
        if (!sums.Keys.Any(s => s.Op is Contraction) || !IsNormalised(candidate, sums.Keys)) return;
        var matrix = new ScoreMatrix(axes, sums);
        foreach (var sum in sums.Keys) _sums[sum] = matrix;
        _inTiles.UnionWith(candidate.Members);
    }

    private static bool IsSum(Node node, Node score, ScoreAxes axes) => node.Op switch
    {
        ReductionOp { Axes: [var axis] } => axis == score.Shape.Rank - 1 && score.Shape[axis].Is(axes.Keys),
        // Columns of few rows are no sums worth a kernel.
        Contraction => ScoreProduct.Of(node, score, axes) is { } product && (product.OverKeys || !AttentionSchedule.AreFew(axes.Rows)),
        _ => false,
    };

    private static long Terms(Contraction op, Node node) => op.Contracted.Aggregate(1L, (p, label) => p * node.Inputs[0].Shape[label].Value);

    /// <summary>Whether scores depend on a reduction of their rows: what tells attention from two layers of a network.</summary>
    private bool IsNormalised(ScoreCandidate candidate, IEnumerable<Node> sums)
    {
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<Node>(sums.Where(s => s.Op is ReductionOp));
        while (stack.TryPop(out var node))
            foreach (var consumer in ConsumersOf(node))
            {
                if (candidate.Members.Contains(consumer)) return true;
                if (_structures[consumer] is NodeStructure.Elementwise or NodeStructure.Movement && seen.Add(consumer)) stack.Push(consumer);
            }
        return false;
    }

    /// <summary>
    /// Masks, random values and values of a row that nothing but scores read: computed where they are needed, unless that costs
    /// more than reading them.
    /// </summary>
    private void TakeFeeders(IReadOnlyList<Node> order)
    {
        var readers = new HashSet<Node>(_inTiles.Where(n => n.Op is not Contraction), ReferenceEqualityComparer.Instance);
        foreach (var node in order.Reverse())
            if (!_inTiles.Contains(node) && !_roots.Contains(node) && IsCheap(node) && ConsumersOf(node).All(readers.Contains))
            {
                readers.Add(node);
                _inTiles.Add(node);
            }
    }

    private bool IsCheap(Node node) => _structures[node] switch
    {
        NodeStructure.Movement => true,
        NodeStructure.Elementwise => node.Op is RandomUniform || Cost.OfValue(NodeDefinition.Of(node).Value!) <= MostWork ||
            _sums.Values.Any(m => m.Axes.RowCount == node.Shape.Size.Value),
        _ => false,
    };
}
