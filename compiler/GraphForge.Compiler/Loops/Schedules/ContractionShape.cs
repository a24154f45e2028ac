using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>Which variable's values become vector lanes.</summary>
public enum LaneChoice
{
    /// <summary>The innermost result variable: one operand is a vector load, the other a broadcast.</summary>
    Result,

    /// <summary>A summed variable along which both operands are contiguous: both are vector loads, lanes are added at the end.</summary>
    Summed,
}

/// <summary>
/// A contraction Σ left · right with its axes sorted by role, in the way a register tile needs them. The tile spans
/// <see cref="Broadcast"/> × <see cref="Vector"/> result elements; every other result variable is a loop around it.
/// </summary>
/// <param name="Stores">Results over <paramref name="Outer"/>, <paramref name="Broadcast"/> and <paramref name="Vector"/>.</param>
/// <param name="Sum">The contraction inside the stored values.</param>
/// <param name="VectorOperand">The factor that varies along <paramref name="Vector"/>.</param>
/// <param name="Outer">Result variables outside the tile.</param>
/// <param name="Broadcast">Result variable only the other factor varies with; null when there is none.</param>
/// <param name="Vector">Result variable the vector operand varies with; lanes run along it for <see cref="LaneChoice.Result"/>.</param>
/// <param name="Lanes">Elements of a register.</param>
/// <param name="Choice">What lanes run along.</param>
public sealed record ContractionShape(
    IReadOnlyList<StoreDefinition> Stores, ReduceExpr Sum, Expr VectorOperand, IReadOnlyList<LoopVar> Outer,
    LoopVar? Broadcast, LoopVar Vector, int Lanes, LaneChoice Choice)
{
    public IReadOnlyList<LoopVar> Summed => Sum.ReducedVariables;

    public Expr BroadcastOperand => Product.Left == VectorOperand ? Product.Right : Product.Left;

    public long SummedExtent => Summed.Aggregate(1L, (p, v) => p * v.Extent);

    private BinaryExpr Product => (BinaryExpr)Sum.Body;

    /// <summary>Null when the contraction has no form a register tile can take (lanes of mixed or unsupported types).</summary>
    public static ContractionShape? Of(KernelDefinition definition, CpuTarget target)
    {
        var sum = definition.Reductions().Single(NodeDefinition.IsContraction);
        var indices = definition.Stores.SelectMany(s => AxisCollapse.IndicesOf(s.Value).Append(s.Index)).ToArray();
        var (outs, outValues) = AxisCollapse.Of(definition.Rows, indices, "i");
        var (summed, sumValues) = AxisCollapse.Of(sum.ReducedVariables, indices, "k");
        if (outs.Count == 0 || summed.Count == 0) return null;
        var body = sum.Body.Substitute(outValues).Substitute(sumValues);
        if (body is not BinaryExpr product) return null;
        var collapsed = new ReduceExpr(ReduceFunction.Sum, summed, product);
        var hole = new LoadExpr(new LoopBuffer("sum", sum.Type, 1), 0);
        var stores = definition.Stores.Select(s => new StoreDefinition(outs, s.Buffer, s.Index.Substitute(outValues),
            s.Value.Replace(sum, hole).Substitute(outValues).Replace(hole, collapsed))).ToArray();
        return Choose(stores, collapsed, outs, target);
    }

    private static ContractionShape? Choose(
        StoreDefinition[] stores, ReduceExpr sum, IReadOnlyList<LoopVar> outs, CpuTarget target)
    {
        var byResult = AlongResult(stores, sum, outs, target);
        var bySum = AlongSum(stores, sum, outs, target);
        if (byResult is null || bySum is null) return byResult ?? bySum;
        return bySum.Waste() * 1.15 < byResult.Waste() ? bySum : byResult;
    }

    /// <summary>Time lost to idle lanes, to gathers, and to adding lanes at the end, as a factor.</summary>
    private double Waste()
    {
        var axis = Choice == LaneChoice.Result ? Vector : Summed[^1];
        var vectors = (axis.Extent + Lanes - 1) / Lanes;
        var idle = (double)vectors * Lanes / axis.Extent;
        if (Choice == LaneChoice.Summed) return idle * (1 + 10.0 * Lanes / SummedExtent);
        var repeats = Broadcast is null ? 1 : Math.Max(1, Broadcast.Extent / 8);
        return IsDirect ? idle : idle * (1 + 12.0 / repeats);
    }

    /// <summary>Whether the vector operand is read by plain vector loads, without being packed first.</summary>
    public bool IsDirect => VectorOperand is LoadExpr load &&
        LaneAnalysis.IsContiguous(load.Index, Choice == LaneChoice.Result ? Vector : Summed[^1]);

    private static ContractionShape? AlongResult(StoreDefinition[] stores, ReduceExpr sum, IReadOnlyList<LoopVar> outs, CpuTarget target)
    {
        var product = (BinaryExpr)sum.Body;
        var axis = outs[^1];
        var (inLeft, inRight) = (product.Left.Variables.Contains(axis), product.Right.Variables.Contains(axis));
        if (inLeft == inRight) return null;
        var vector = inLeft ? product.Left : product.Right;
        var other = inLeft ? product.Right : product.Left;
        var lanes = LaneAnalysis.LanesFor([product, .. stores.Select(s => WithoutSum(s.Value, sum, axis))], axis, target.VectorBytes);
        if (lanes == 1) return null;
        var broadcast = Largest(outs.SkipLast(1).Where(v => other.Variables.Contains(v) && !vector.Variables.Contains(v)));
        return new ContractionShape(stores, sum, vector, outs.Where(v => v != axis && v != broadcast).ToArray(),
            broadcast, axis, lanes, LaneChoice.Result);
    }

    private static ContractionShape? AlongSum(StoreDefinition[] stores, ReduceExpr sum, IReadOnlyList<LoopVar> outs, CpuTarget target)
    {
        var product = (BinaryExpr)sum.Body;
        var axis = sum.ReducedVariables[^1];
        if (product is not { Left: LoadExpr left, Right: LoadExpr right }) return null;
        if (!LaneAnalysis.IsContiguous(left.Index, axis) || !LaneAnalysis.IsContiguous(right.Index, axis)) return null;
        var lanes = LaneAnalysis.LanesFor([product], axis, target.VectorBytes);
        if (lanes == 1) return null;
        var onlyRight = Largest(outs.Where(v => right.Variables.Contains(v) && !left.Variables.Contains(v)));
        var onlyLeft = Largest(outs.Where(v => left.Variables.Contains(v) && !right.Variables.Contains(v)));
        if ((onlyRight ?? onlyLeft) is not { } vector) return null;
        var broadcast = onlyRight is null ? null : onlyLeft;
        var operand = vector == onlyRight ? right : left;
        return new ContractionShape(stores, sum, operand, outs.Where(v => v != vector && v != broadcast).ToArray(),
            broadcast, vector, lanes, LaneChoice.Summed);
    }

    /// <summary>The epilogue alone: a register that differs between lanes stands for the finished sum.</summary>
    private static Expr WithoutSum(Expr value, ReduceExpr sum, LoopVar axis) =>
        value.Replace(sum, new LoadExpr(new LoopBuffer("sum", sum.Type, axis.Extent), axis));

    private static LoopVar? Largest(IEnumerable<LoopVar> variables) => variables.MaxBy(v => v.Extent);
}
