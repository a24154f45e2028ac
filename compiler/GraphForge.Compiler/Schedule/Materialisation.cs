using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;

namespace GraphForge.Compiler.Schedule;

/// <summary>Which movement ops are computed into a buffer although consumers could absorb them.</summary>
public static class Materialisation
{
    /// <summary>
    /// Roots, because the caller reads them; copies, because that is what they are; and operands of contractions and loops whose elements are not plain loads (padding),
    /// because each is read many times and a guard in the inner loop costs more than the copy. Initial carries are read once; zeros
    /// that are whole steps of a sum are never read.
    /// </summary>
    public static IEnumerable<Node> Choose(
        ComputationGraph graph, IReadOnlyList<Node> order, IReadOnlyDictionary<Node, NodeStructure> structures)
    {
        foreach (var root in graph.Roots) yield return root;
        foreach (var copy in order.Where(n => n.Op is Identity)) yield return copy;
        foreach (var node in order.Where(n => structures[n] is NodeStructure.Contraction or NodeStructure.Loop))
            foreach (var input in node.Inputs.ToArray().Skip(structures[node] == NodeStructure.Loop ? ReadOnce(node.Op) : 0))
                if (Guarded(input, structures) is { } guarded && !SkippedSteps.AreAll(node, input, structures)) yield return guarded;
    }

    /// <summary>
    /// The outermost of the movements an operand consists of that is no plain load; what lies around it stays index arithmetic, unless
    /// that leaves elements out, so that a copy after it is smaller. Null for an operand that is a plain load as a whole.
    /// </summary>
    private static Node? Guarded(Node operand, IReadOnlyDictionary<Node, NodeStructure> structures)
    {
        if (structures[operand] != NodeStructure.Movement || IsPlainLoad(operand, n => structures[n] != NodeStructure.Movement)) return null;
        var smallest = operand;
        while (operand.Inputs.Length == 1 && IsPlainLoad(operand, n => n == operand.Inputs[0]))
        {
            operand = operand.Inputs[0];
            if (operand.Type.Bytes <= smallest.Type.Bytes) smallest = operand;
        }
        return smallest;
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
        var consumers = Topology.Consumers(order);
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

    /// <summary>Whether the elements of a node are loads at affine indices once some nodes are in memory.</summary>
    private static bool IsPlainLoad(Node node, Func<Node, bool> isStored)
    {
        var lowerer = new Lowerer(n => isStored(n) ? new LoopBuffer(n.Op.Name, n.Type.DType, n.Shape.Size.Value) : null);
        var value = lowerer.Compute(node, LoopIndices.For(node.Shape, "i").Select(v => (IndexExpr)v).ToArray());
        return value is LoadExpr load && load.Index.Terms.All(t => t.Atom is LoopVar);
    }
}
