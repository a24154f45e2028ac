using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>Which variable's values become vector lanes.</summary>
public enum LaneChoice
{
    /// <summary>The innermost result variable: one operand is a vector load, the other a broadcast.</summary>
    Result,

    /// <summary>A summed variable along which both operands are contiguous: both are vector loads, lanes are added at the end.</summary>
    Summed,
}

/// <summary>One of the sums a kernel computes at the same time.</summary>
/// <param name="Sum">The contraction inside the stored values.</param>
/// <param name="VectorOperand">The factor that varies along the vector axis.</param>
public sealed record ContractionTerm(ReduceExpr Sum, Expr VectorOperand);

/// <summary>
/// Contractions Σ broadcast · vector that share their broadcast operand, with their axes sorted by role, in the way a register
/// tile needs them. The tile spans <see cref="Broadcast"/> × <see cref="Vector"/> elements of every result.
/// </summary>
/// <param name="Stores">Results over all variables.</param>
/// <param name="Terms">The sums.</param>
/// <param name="BroadcastOperand">The factor all sums share.</param>
/// <param name="Summed">Variables of the sums, outermost first.</param>
/// <param name="Batch">Result variables for each of which the vector operands are others.</param>
/// <param name="OuterRows">Result variables besides <paramref name="Broadcast"/> along which the vector operands stay the same.</param>
/// <param name="Broadcast">Result variable only the broadcast operand varies with; null when there is none.</param>
/// <param name="Vector">Result variable the vector operand varies with; lanes run along it for <see cref="LaneChoice.Result"/>.</param>
/// <param name="Lanes">Elements of a register.</param>
/// <param name="Choice">What lanes run along.</param>
public sealed record ContractionShape(
    IReadOnlyList<StoreDefinition> Stores, IReadOnlyList<ContractionTerm> Terms, Expr BroadcastOperand, IReadOnlyList<LoopVar> Summed,
    IReadOnlyList<LoopVar> Batch, IReadOnlyList<LoopVar> OuterRows, LoopVar? Broadcast, LoopVar Vector, int Lanes, LaneChoice Choice)
{
    /// <summary>
    /// Where it does not hold, the sum goes on without a product, whose vector operand must not be read; null where there is one at every
    /// step. It depends on batch variables and on outer variables of the sum.
    /// </summary>
    public Expr? Guard { get; init; }

    public long Rows => Broadcast?.Extent ?? 1;

    public long OuterRowCount => OuterRows.Aggregate(1L, (p, v) => p * v.Extent);

    public long BatchCount => Batch.Aggregate(1L, (p, v) => p * v.Extent);

    public long SummedExtent => Summed.Aggregate(1L, (p, v) => p * v.Extent);

    public DType Type => Terms[0].Sum.Type;

    /// <summary>Whether the vector operands are read by plain vector loads, without being packed first.</summary>
    public bool IsDirect => Terms.All(t => t.VectorOperand is LoadExpr load && LaneAnalysis.IsContiguous(load.Index, Vector));

    /// <summary>The vector operands as a panel holds them where they are packed; null for <see cref="LaneChoice.Summed"/>, where they never are.</summary>
    internal PanelOperands? Panel { get; private init; }

    /// <summary>The stored values at an element, with the finished sums in place of the contractions.</summary>
    public Statement Stored(IReadOnlyDictionary<LoopVar, IndexExpr> at, IReadOnlyList<Expr> finished) => Block.Of(Stores.Select(s =>
        new Store(s.Buffer, s.Index.Substitute(at), Finished(s.Value, finished).Substitute(at))));

    /// <summary>A stored value with <paramref name="finished"/>, one for each term, in place of the contractions.</summary>
    public Expr Finished(Expr value, IReadOnlyList<Expr> finished) =>
        Terms.Zip(finished).Aggregate(value, (v, term) => v.Replace(term.First.Sum, term.Second));

    /// <summary>The shapes a contraction can take, none if lanes are of mixed or unsupported types.</summary>
    public static IReadOnlyList<ContractionShape> Candidates(KernelDefinition definition, CpuTarget target)
    {
        if (CollapsedContraction.Of(definition) is not { } contraction) return [];
        return new[] { AlongResult(contraction, target), AlongSum(contraction, target) }.OfType<ContractionShape>().ToArray();
    }

    private static ContractionShape? AlongResult(CollapsedContraction contraction, CpuTarget target)
    {
        var axis = contraction.Results[^1];
        var first = contraction.Product(0);
        if (first.Left.Variables.Contains(axis) == first.Right.Variables.Contains(axis)) return null;
        var broadcast = first.Left.Variables.Contains(axis) ? first.Right : first.Left;
        var terms = new List<ContractionTerm>();
        foreach (var (i, sum) in contraction.Sums.Index())
        {
            var product = contraction.Product(i);
            if (!product.Left.Equals(broadcast) && !product.Right.Equals(broadcast)) return null;
            terms.Add(new ContractionTerm(sum, product.Left.Equals(broadcast) ? product.Right : product.Left));
            if (!terms[^1].VectorOperand.Variables.Contains(axis)) return null;
        }
        var lanes = LaneAnalysis.LanesFor(
            [.. contraction.Sums.Select(s => s.Body), .. contraction.Stores.Select(s => WithoutSums(s.Value, contraction.Sums, axis))], axis, target.VectorBytes);
        if (lanes == 1) return null;
        var shape = GuardedSum.Apart(Of(contraction, terms, broadcast, axis, lanes, LaneChoice.Result));
        return shape with { Panel = PanelOperands.Of(shape) };
    }

    private static ContractionShape? AlongSum(CollapsedContraction contraction, CpuTarget target)
    {
        if (contraction.Sums is not [var sum] || contraction.Product(0) is not { Left: LoadExpr left, Right: LoadExpr right } product) return null;
        var axis = contraction.Summed[^1];
        if (!LaneAnalysis.IsContiguous(left.Index, axis) || !LaneAnalysis.IsContiguous(right.Index, axis)) return null;
        var lanes = LaneAnalysis.LanesFor([product], axis, target.VectorBytes);
        if (lanes == 1) return null;
        var onlyRight = Largest(contraction.Results.Where(v => right.Variables.Contains(v) && !left.Variables.Contains(v)));
        var onlyLeft = Largest(contraction.Results.Where(v => left.Variables.Contains(v) && !right.Variables.Contains(v)));
        if ((onlyRight ?? onlyLeft) is not { } vector) return null;
        var (operand, other) = vector == onlyRight ? (right, left) : (left, right);
        return Of(contraction, [new ContractionTerm(sum, operand)], other, vector, lanes, LaneChoice.Summed);
    }

    private static ContractionShape Of(
        CollapsedContraction contraction, IReadOnlyList<ContractionTerm> terms, Expr broadcast, LoopVar axis, int lanes, LaneChoice choice)
    {
        var rows = contraction.Results.Where(v => v != axis && broadcast.Variables.Contains(v) && terms.All(t => !t.VectorOperand.Variables.Contains(v))).ToArray();
        var row = Largest(rows);
        return new ContractionShape(contraction.Stores, terms, broadcast, contraction.Summed,
            contraction.Results.Where(v => v != axis && !rows.Contains(v)).ToArray(), rows.Where(v => v != row).ToArray(), row, axis, lanes, choice);
    }

    /// <summary>The epilogue alone: registers that differ between lanes stand for the finished sums.</summary>
    private static Expr WithoutSums(Expr value, IEnumerable<ReduceExpr> sums, LoopVar axis) =>
        sums.Aggregate(value, (v, sum) => v.Replace(sum, new LoadExpr(new LoopBuffer("sum", sum.Type, axis.Extent), axis)));

    private static LoopVar? Largest(IEnumerable<LoopVar> variables) => variables.MaxBy(v => v.Extent);
}
