using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Autodiff;

/// <summary>
/// Reverse-mode differentiation: walks the DAG from the output to its operands, asking each op for its vector–Jacobian
/// product. Gradients are ordinary nodes, attributed to the line of the forward node they belong to, and can be
/// differentiated again.
/// </summary>
public static class Gradients
{
    /// <summary>∂output/∂target for each target; zeros where the output does not depend on it.</summary>
    /// <param name="output">A float scalar, such as a loss.</param>
    /// <param name="targets">Float nodes of any shape. Each gradient has its target's type.</param>
    /// <exception cref="GraphException"><paramref name="output"/> is no float scalar, or a target is not float.</exception>
    public static Node[] Of(Node output, IReadOnlyList<Node> targets)
    {
        if (output.Shape.Rank != 0 || !output.Type.DType.IsFloat())
            throw new GraphException(ErrorCode.NoGradient,
                $"only a float scalar has a gradient, and {output.Op.Name} gives {output.Type}; " +
                "reduce it with Sum or Mean, or give the cotangent to start from.", output.Source);
        return Of(output, output.OnesLike(), targets);
    }

    /// <summary>Vector–Jacobian product: ∂⟨output, cotangent⟩/∂target for each target.</summary>
    /// <param name="output">A float node of any shape.</param>
    /// <param name="cotangent">A node of the output's type.</param>
    /// <param name="targets">Float nodes of any shape. Each gradient has its target's type.</param>
    /// <exception cref="GraphException">The output or a target is not float, or the cotangent has another type.</exception>
    public static Node[] Of(Node output, Node cotangent, IReadOnlyList<Node> targets)
    {
        Check(output, cotangent, targets);
        return Of([(output, cotangent)], targets).Zip(targets, (g, t) => g ?? t.ZerosLike()).ToArray();
    }

    /// <summary>∂Σ⟨output, cotangent⟩/∂target for each target; null where no output depends on it.</summary>
    internal static Node?[] Of(IReadOnlyList<(Node Output, Node Cotangent)> outputs, IReadOnlyList<Node> targets)
    {
        var order = Topology.Order(outputs.Select(o => o.Output));
        var active = DependentOn(targets, order);
        var cotangents = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        foreach (var (output, cotangent) in outputs) Accumulate(output, cotangent, cotangents);
        var siblings = SiblingsIn(order);
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var node = order[i];
            if (!active.Contains(node) || !ContainsAny(active, node.Inputs)) continue;
            using var scope = NodeScope.Of(node);
            if (node.Op is not SiblingOp)
            {
                if (cotangents.TryGetValue(node, out var arrived)) Propagate(node, node.Op.Gradient(node, arrived), active, cotangents);
            }
            // Whoever uses any sibling comes later than it, so all have their cotangents once the first of them is reached.
            else if (siblings[SiblingOp.LeaderOf(node)] is var group && group[0] == node) PropagateAll(group, active, cotangents);
        }
        return targets.Select(cotangents.GetValueOrDefault).ToArray();
    }

    private static Dictionary<Node, List<Node>> SiblingsIn(IReadOnlyList<Node> order)
    {
        var siblings = new Dictionary<Node, List<Node>>(ReferenceEqualityComparer.Instance);
        foreach (var node in order.Where(n => n.Op is SiblingOp))
        {
            var leader = SiblingOp.LeaderOf(node);
            if (!siblings.TryGetValue(leader, out var group)) siblings[leader] = group = [];
            group.Add(node);
        }
        return siblings;
    }

    private static void PropagateAll(IReadOnlyList<Node> siblings, HashSet<Node> active, Dictionary<Node, Node> cotangents)
    {
        var arrived = siblings.Where(cotangents.ContainsKey).Select(s => (s, cotangents[s])).ToArray();
        if (arrived.Length == 0) return;
        var isWanted = siblings[0].Inputs.ToArray().Select(active.Contains).ToArray();
        Propagate(siblings[0], ((SiblingOp)siblings[0].Op).Gradient(arrived, isWanted), active, cotangents);
    }

    private static void Propagate(Node node, Node?[] gradients, HashSet<Node> active, Dictionary<Node, Node> cotangents)
    {
        if (gradients.Length != node.Inputs.Length)
            throw new InternalCompilerException("gradient",
                $"{node.Op} has {node.Inputs.Length} operands and gave {gradients.Length} gradients");
        for (var i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is not { } gradient || !active.Contains(node.Inputs[i])) continue;
            if (gradient.Type != node.Inputs[i].Type)
                throw new InternalCompilerException("gradient",
                    $"{node.Op} gave operand {i} of {node.Inputs[i].Type} a gradient of {gradient.Type}");
            Accumulate(node.Inputs[i], gradient, cotangents);
        }
    }

    private static void Accumulate(Node node, Node cotangent, Dictionary<Node, Node> cotangents) =>
        cotangents[node] = cotangents.TryGetValue(node, out var sum) ? sum + cotangent : cotangent;

    /// <summary>The nodes of <paramref name="order"/> through which a change of a target reaches the output.</summary>
    private static HashSet<Node> DependentOn(IReadOnlyList<Node> targets, IReadOnlyList<Node> order)
    {
        var active = new HashSet<Node>(targets, ReferenceEqualityComparer.Instance);
        foreach (var node in order)
            if (ContainsAny(active, node.Inputs)) active.Add(node);
        return active;
    }

    private static bool ContainsAny(HashSet<Node> set, ReadOnlySpan<Node> nodes)
    {
        foreach (var node in nodes)
            if (set.Contains(node)) return true;
        return false;
    }

    private static void Check(Node output, Node cotangent, IReadOnlyList<Node> targets)
    {
        if (!output.Type.DType.IsFloat())
            throw new GraphException(ErrorCode.NoGradient,
                $"only float32 and float64 have gradients, and {output.Op.Name} gives {output.Type}; cast before, not after, " +
                "what should be differentiated.", output.Source);
        if (cotangent.Type != output.Type)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"the cotangent of {output.Op.Name} must have its type {output.Type}, got {cotangent.Type}.");
        foreach (var target in targets)
            if (!target.Type.DType.IsFloat())
                throw new GraphException(ErrorCode.NoGradient,
                    $"only float32 and float64 have gradients, and the target {target.Op} is {target.Type}.", target.Source);
    }
}
