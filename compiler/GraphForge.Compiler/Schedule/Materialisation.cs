using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>Which movement ops are computed into a buffer although consumers could absorb them.</summary>
public static class Materialisation
{
    /// <summary>
    /// Roots, because the caller reads them; and operands of contractions whose elements are not plain loads (padding), because
    /// each is read many times and a guard in the inner loop costs more than the copy.
    /// </summary>
    public static IEnumerable<Node> Choose(
        ComputationGraph graph, IReadOnlyList<Node> order, IReadOnlyDictionary<Node, NodeStructure> structures)
    {
        foreach (var root in graph.Roots) yield return root;
        foreach (var node in order.Where(n => structures[n] == NodeStructure.Contraction))
            foreach (var input in node.Inputs.ToArray())
                if (structures[input] == NodeStructure.Movement && !IsPlainLoad(input, structures)) yield return input;
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
