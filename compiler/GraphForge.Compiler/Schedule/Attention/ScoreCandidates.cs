using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule.Attention;

/// <summary>Contractions with the same axes and everything elementwise that hangs together with them.</summary>
/// <param name="axes">Axes of the contractions.</param>
internal sealed class ScoreCandidate(ScoreAxes axes)
{
    public ScoreAxes Axes { get; } = axes;

    /// <summary>The contractions, elementwise ops on them, and reshapes between.</summary>
    public HashSet<Node> Members { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether contractions with different axes meet, so that rows and keys are not the same in all of it.</summary>
    public bool IsMixed { get; set; }
}

/// <summary>Collects scores that depend on each other, each node in one candidate at most.</summary>
internal sealed class ScoreCandidates
{
    private readonly Dictionary<Node, ScoreCandidate> _of = new(ReferenceEqualityComparer.Instance);

    /// <param name="order">Operands before users.</param>
    /// <returns>The largest matrices first: what sums one of them is no matrix of scores itself.</returns>
    public static IEnumerable<ScoreCandidate> Of(IReadOnlyList<Node> order)
    {
        var candidates = new ScoreCandidates();
        foreach (var node in order) candidates.Visit(node);
        return candidates._of.Values.Distinct()
            .Where(c => !c.IsMixed).OrderByDescending(c => c.Axes.Shape.Size.Value);
    }

    private void Visit(Node node)
    {
        if (ScoreProduct.AxesOf(node) is { } axes) Add(node, new ScoreCandidate(axes));
        else if (node.Op is ElementwiseOp or Reshape)
            foreach (var input in node.Inputs.ToArray().Distinct())
                if (_of.TryGetValue(input, out var candidate)) Add(node, candidate);
    }

    private void Add(Node node, ScoreCandidate candidate)
    {
        if (_of.TryGetValue(node, out var own) && own != candidate) candidate = Merge(own, candidate);
        candidate.Members.Add(node);
        _of[node] = candidate;
    }

    private ScoreCandidate Merge(ScoreCandidate a, ScoreCandidate b)
    {
        var (large, small) = a.Members.Count >= b.Members.Count ? (a, b) : (b, a);
        large.IsMixed |= small.IsMixed || small.Axes != large.Axes;
        large.Members.UnionWith(small.Members);
        foreach (var member in small.Members) _of[member] = large;
        return large;
    }
}
