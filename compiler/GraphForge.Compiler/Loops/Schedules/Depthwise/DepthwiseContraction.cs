using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Depthwise;

/// <summary>
/// A sum of products whose factors both vary along the lanes, as in a convolution of every channel by itself and in its gradients:
/// no factor is shared by the lanes of a vector, and vectors of either are shared by neighbouring results only.
/// </summary>
/// <param name="Stores">Results over <paramref name="Results"/> and <paramref name="Vector"/>.</param>
/// <param name="Sum">The sum inside the stored values.</param>
/// <param name="Left">A factor.</param>
/// <param name="Right">The other.</param>
/// <param name="Results">Result variables besides <paramref name="Vector"/>, outermost first.</param>
/// <param name="Vector">Result variable along which lanes run.</param>
/// <param name="Summed">Variables of the sum, outermost first.</param>
/// <param name="Lanes">Elements of a register.</param>
internal sealed record DepthwiseContraction(
    IReadOnlyList<StoreDefinition> Stores, ReduceExpr Sum, LoadExpr Left, LoadExpr Right, IReadOnlyList<LoopVar> Results, LoopVar Vector,
    IReadOnlyList<LoopVar> Summed, int Lanes)
{
    /// <summary>Vectors along the vector axis, a last one that is not full included.</summary>
    public long Vectors => IntegerArithmetic.CeilingDivide(Vector.Extent, Lanes);

    /// <summary>Null for kernels of any other form.</summary>
    public static DepthwiseContraction? Of(KernelDefinition definition, CpuTarget target)
    {
        if (definition.Serial is not null || CollapsedContraction.Of(definition) is not { Sums: [var sum] } contraction) return null;
        if (contraction.Product(0) is not { Left: LoadExpr left, Right: LoadExpr right }) return null;
        var axis = contraction.Results[^1];
        if (!LaneAnalysis.IsContiguous(left.Index, axis) || !LaneAnalysis.IsContiguous(right.Index, axis)) return null;
        var hole = new LoadExpr(new LoopBuffer("sum", sum.Type, axis.Extent), axis);
        var lanes = LaneAnalysis.LanesFor([sum.Body, .. contraction.Stores.Select(s => s.Value.Replace(sum, hole))], axis, target.VectorBytes);
        return lanes == 1 || !contraction.Stores.All(s => LaneAnalysis.IsContiguous(s.Index, axis))
            ? null
            : new DepthwiseContraction(contraction.Stores, sum, left, right, [.. contraction.Results.SkipLast(1)], axis, contraction.Summed, lanes);
    }

    /// <summary>The stored values at an element, with the finished sum in place.</summary>
    public Statement Stored(IReadOnlyDictionary<LoopVar, IndexExpr> at, Expr finished) => Block.Of(Stores.Select(s =>
        new Store(s.Buffer, s.Index.Substitute(at), s.Value.Replace(Sum, finished).Substitute(at))));
}
