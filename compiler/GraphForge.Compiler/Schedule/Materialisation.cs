using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;

namespace GraphForge.Compiler.Schedule;

/// <summary>Which movement ops are computed into a buffer although consumers could absorb them.</summary>
public static class Materialisation
{
    /// <summary>
    /// Roots, because the caller reads them; copies, which are made on purpose; and operands of contractions and loops whose elements are not plain loads (padding),
    /// because each is read many times and a guard in the inner loop costs more than the copy. Initial carries are read once.
    /// </summary>
    public static IEnumerable<Node> Choose(
        ComputationGraph graph, IReadOnlyList<Node> order, IReadOnlyDictionary<Node, NodeStructure> structures)
    {
        foreach (var root in graph.Roots) yield return root;
        foreach (var copy in order.Where(n => n.Op is Identity)) yield return copy;
        foreach (var node in order.Where(n => structures[n] == NodeStructure.Contraction))
            foreach (var input in node.Inputs.ToArray())
                if (structures[input] == NodeStructure.Movement && !IsPlainLoad(input, structures)) yield return input;
        foreach (var node in order.Where(n => structures[n] == NodeStructure.Loop))
            foreach (var input in node.Inputs.ToArray().Skip(ReadOnce(node.Op)))
                if (structures[input] == NodeStructure.Movement && !IsPlainLoad(input, structures)) yield return input;
    }

    /// <summary>Leading operands that a loop copies before it starts: initial carries, the condition of a branch.</summary>
    private static int ReadOnce(Op loop) => loop switch { Scan scan => scan.Carries, While w => w.Carries, _ => 1 };

    /// <summary>
    /// Elementwise ops so cheap that every consumer computes them anew: a comparison or conversion of one value that is stored
    /// in any case. Not for contractions, whose inner loops want plain loads.
    /// </summary>
    public static IEnumerable<Node> Recomputed(
        ComputationGraph graph, IReadOnlyList<Node> order, IReadOnlyDictionary<Node, NodeStructure> structures)
    {
        var roots = new HashSet<Node>(graph.Roots, ReferenceEqualityComparer.Instance);
        var consumers = order.SelectMany(n => n.Inputs.ToArray().Select(i => (Input: i, Consumer: n)))
            .ToLookup(p => p.Input, p => p.Consumer, (IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);
        foreach (var node in order)
        {
            if (roots.Contains(node) || node.Op is not (Cast or LessOrEqual or Less or Equal or NotEqual)) continue;
            var sources = node.Inputs.ToArray().Where(i => !UniformValue.TryGet(i, out Scalar _)).ToArray();
            if (sources is not [var source]) continue;
            var isStored = structures[source] == NodeStructure.Leaf ||
                consumers[source].Any(c => structures[c] is NodeStructure.Contraction or NodeStructure.Reduction);
            if (isStored && FeedsOnlyElementwise(node)) yield return node;
        }

        bool FeedsOnlyElementwise(Node node) => consumers[node].All(c => structures[c] == NodeStructure.Elementwise ||
            structures[c] == NodeStructure.Movement && !roots.Contains(c) && FeedsOnlyElementwise(c));
    }

    private static bool IsPlainLoad(Node node, IReadOnlyDictionary<Node, NodeStructure> structures)
    {
        var lowerer = new Lowerer(n => structures[n] == NodeStructure.Movement
            ? null
            : new LoopBuffer(n.Op.Name, n.Type.DType, n.Shape.Size.Value));
        var value = lowerer.Compute(node, LoopIndices.For(node.Shape, "i").Select(v => (IndexExpr)v).ToArray());
        return value is LoadExpr load && load.Index.Terms.All(t => t.Atom is LoopVar);
    }
}
