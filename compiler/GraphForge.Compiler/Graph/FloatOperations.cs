using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Graph;

/// <summary>
/// Counts the floating-point operations of a bound graph as it stands, before any pass: what its definition asks for, whatever a
/// schedule makes of it. A multiply and an add are two; a function such as the exponential is one, and so are a comparison and what a
/// reduction does with an element. Products with padding count, as they do in the usual formulas; moving, gathering, sorting and
/// drawing random values is free. A loop counts as often as it runs, one that ends by its condition (<see cref="While"/>) once, and
/// of two branches the dearer.
/// </summary>
public static class FloatOperations
{
    /// <summary>Operations of one run; exact up to 2⁵³.</summary>
    /// <exception cref="InvalidOperationException">An extent is still symbolic.</exception>
    public static double Of(ComputationGraph graph) => Of(graph.TopologicalOrder(), []);

    /// <param name="nodes">Operands before users.</param>
    /// <param name="known">Counts of bodies, so that one that is shared is counted once however often it is met.</param>
    private static double Of(IReadOnlyList<Node> nodes, Dictionary<Subgraph, double> known)
    {
        var counted = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var sum = 0.0;
        foreach (var node in nodes)
        {
            // Results of one loop or branch are several nodes, but one computation.
            if (node.Op is SiblingOp && !counted.Add(SiblingOp.LeaderOf(node))) continue;
            sum += Of(node, known);
        }
        return sum;
    }

    private static double Of(Node node, Dictionary<Subgraph, double> known) => node.Op switch
    {
        Scan scan => scan.Length.Value * OfBody(scan.Body, known),
        Cond cond => Math.Max(OfBody(cond.Then, known), OfBody(cond.Else, known)),
        While loop => OfBody(loop.Body, known),
        Fused fused => OfBody(fused.Body, known),
        _ => node.Inputs.ToArray().Any(i => i.Type.DType.IsFloat()) ? OfFloats(node) : 0,
    };

    private static double OfFloats(Node node) => node.Op switch
    {
        Contraction product => 2 * Size(node) * product.Contracted.Aggregate(1.0, (size, label) => size * Extent(product, node.Inputs[0], label)),
        Convolution => 2 * Size(node) * TermsOf(node.Inputs[1].Shape),
        ConvolutionInputGradient => 2 * Size(node.Inputs[0]) * TermsOf(node.Inputs[1].Shape),
        ConvolutionWeightGradient gradient => 2 * Size(node.Inputs[1]) * TermsOf(gradient.WeightShape),
        Select or Cast or StopGradient => 0,
        ElementwiseOp => Size(node),
        ReductionOp or ArgReductionOp => Size(node.Inputs[0]),
        WindowSum window => Size(node) * window.Geometry.Positions,
        WindowExtreme window => Size(node) * window.Geometry.Positions,
        WindowArgExtreme window => Size(node) * window.Geometry.Positions,
        WindowSpread window => Size(node.Inputs[0]) * window.Geometry.Positions,
        ScatterAdd or ScatterElements => Size(node.Inputs[1]),
        WindowScatter => Size(node.Inputs[0]),
        _ => 0,
    };

    private static double OfBody(Subgraph body, Dictionary<Subgraph, double> known)
    {
        if (!known.TryGetValue(body, out var count)) known[body] = count = Of(body.Order, known);
        return count;
    }

    /// <summary>Products summed up in an element of a convolution's result: channels of a group times positions of the kernel.</summary>
    private static double TermsOf(Shape weight) => weight.Skip(1).Aggregate(1.0, (size, dim) => size * dim.Value);

    private static double Extent(Contraction product, Node left, int label) => left.Shape[product.Left.ToList().IndexOf(label)].Value;

    private static double Size(Node node) => node.Shape.Aggregate(1.0, (size, dim) => size * dim.Value);
}
