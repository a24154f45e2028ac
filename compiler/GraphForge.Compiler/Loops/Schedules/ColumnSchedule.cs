using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Long reductions that leave the innermost axis: lanes lie along the results, and a tile of several vectors of results is kept
/// in registers, so that each step along the reduction reads a stretch of neighbours. Long sums of floats run in registers of
/// their own, as in <see cref="SumRuns"/>.
/// </summary>
internal sealed class ColumnSchedule
{
    /// <summary>Elements below which a reduction is a window, whose neighbours share operands.</summary>
    private const long LeastReduced = 32;

    private readonly KernelDefinition _definition;
    private readonly IReadOnlyList<LoopVar> _axes;
    private readonly StoreDefinition[] _stores;
    private readonly ReduceExpr[] _reductions;
    private readonly int _lanes;
    private readonly int _vectors;

    private ColumnSchedule(KernelDefinition definition, IReadOnlyList<LoopVar> axes, StoreDefinition[] stores, ReduceExpr[] reductions, int lanes, int registers)
    {
        (_definition, _axes, _stores, _reductions, _lanes) = (definition, axes, stores, reductions, lanes);
        // A total, a run and an operand for each.
        var fit = Math.Max(1, (registers - 4) / (2 * reductions.Length + 1));
        _vectors = (int)Math.Min(Math.Min(fit, 8), (axes[^1].Extent + lanes - 1) / lanes);
    }

    /// <summary>Null where the kernel is something else.</summary>
    public static LoopKernel? Build(KernelDefinition definition, CpuTarget target)
    {
        if (definition.Serial is not null) return null;
        var indices = definition.Stores.SelectMany(s => AxisCollapse.IndicesOf(s.Value).Append(s.Index)).ToArray();
        var (axes, values) = AxisCollapse.Of(definition.Rows, indices, "i");
        if (axes.Count == 0) return null;
        var stores = definition.Stores.Select(s => s.Substitute(axes, values)).ToArray();
        var reductions = stores.SelectMany(s => s.Value.DescendantsAndSelf()).OfType<ReduceExpr>().Distinct().ToArray();
        if (reductions.Length == 0 || !reductions.All(r => Fits(r, axes[^1]))) return null;
        var lanes = LaneAnalysis.LanesFor(stores.Select(s => s.Value), axes[^1], target.VectorBytes);
        return lanes == 1 ? null : new ColumnSchedule(definition, axes, stores, reductions, lanes, target.VectorRegisters).Build();
    }

    private static bool Fits(ReduceExpr reduce, LoopVar axis) => !reduce.IsArg && reduce.Match is null &&
        reduce.ReducedVariables.Aggregate(1L, (p, v) => p * v.Extent) >= LeastReduced && LaneAnalysis.Varies(reduce, axis) &&
        !reduce.Body.DescendantsAndSelf().Any(e => e is ReduceExpr) &&
        Loads.Of(reduce.Body).All(l => !l.Index.Variables.Contains(axis) || LaneAnalysis.IsContiguous(l.Index, axis));

    private LoopKernel Build()
    {
        var (inner, width) = (_axes[^1], (long)_vectors * _lanes);
        var (whole, rest) = Math.DivRem(inner.Extent, width);
        var block = new LoopVar("block", whole + (rest > 0 ? 1 : 0));
        var statements = new List<Statement>();
        if (whole > 0) statements.Add(When(block, 0, whole, Block((IndexExpr)block * width, width)));
        if (rest > 0) statements.Add(When(block, whole, whole + 1, Block(whole * width, rest)));
        return TaskLoop.OverRows(_definition, [.. _axes.SkipLast(1), block], null, Loops.Block.Of(statements), Cost.OfElement(_stores) * _vectors, _lanes);
    }

    private static Statement When(IndexExpr index, long low, long high, Statement body) =>
        InBoundsExpr.Of(index, low, high) is ConstantExpr ? body : new If(InBoundsExpr.Of(index, low, high), body);

    /// <summary>The results of <paramref name="count"/> neighbours from <paramref name="first"/> on.</summary>
    private Block Block(IndexExpr first, long count)
    {
        var tiles = _reductions.Select(r => new ColumnTile(r, _axes[^1], first, count, _lanes)).ToArray();
        var statements = tiles.SelectMany(t => t.Reduce()).ToList();
        for (long vector = 0; vector * _lanes < count; vector++)
        {
            var lane = new LoopVar("lane", Math.Min(_lanes, count - vector * _lanes), isLane: true);
            var at = new Dictionary<LoopVar, IndexExpr> { [_axes[^1]] = first + vector * _lanes + lane };
            statements.Add(new For(lane, LoopKind.Vector, Loops.Block.Of(_stores.Select(s =>
                new Store(s.Buffer, s.Index.Substitute(at), WithTotals(s.Value, tiles, vector, lane).Substitute(at))))));
        }
        return Loops.Block.Of(statements);
    }

    private Expr WithTotals(Expr value, ColumnTile[] tiles, long vector, LoopVar lane)
    {
        for (var i = 0; i < tiles.Length; i++) value = value.Replace(_reductions[i], tiles[i].Total(vector, lane));
        return value;
    }
}

/// <summary>The registers and loops of one reduction over a stretch of neighbouring results.</summary>
internal sealed class ColumnTile(ReduceExpr reduce, LoopVar axis, IndexExpr first, long count, int lanes)
{
    private readonly LoopBuffer _total = new(RowValues.NameOf(reduce), reduce.Type, (count + lanes - 1) / lanes * lanes);

    public LoadExpr Total(long vector, LoopVar lane) => new(_total, (IndexExpr)(vector * lanes) + lane);

    public IEnumerable<Statement> Reduce()
    {
        foreach (var statement in Fill(_total)) yield return statement;
        var (variables, values) = AxisCollapse.Of(reduce.ReducedVariables, AxisCollapse.IndicesOf(reduce.Body), "k");
        var body = reduce.Body.Substitute(values);
        if (!SumRuns.IsLong(reduce) || variables.Count == 0)
        {
            yield return For.Nest(variables, Add(_total, body));
            yield break;
        }
        var runs = SumRuns.Split(variables);
        var run = new LoopBuffer("run", reduce.Type, _total.Count);
        yield return For.Nest(runs.Outer, Block.Of([.. Fill(run), runs.Loops(Add(run, body)), .. Flush(run)]));
    }

    private IEnumerable<Statement> Fill(LoopBuffer register) => Each(_total.Count, (vector, lane) =>
        new Store(register, (IndexExpr)(vector * lanes) + lane, new ConstantExpr(Reduction.Neutral(reduce.Function, reduce.Type))))
        .Prepend(new Allocate(register, BufferPlace.Register, isVector: true));

    private IEnumerable<Statement> Flush(LoopBuffer run) => Each(_total.Count, (vector, lane) =>
        new Store(_total, (IndexExpr)(vector * lanes) + lane, new LoadExpr(run, (IndexExpr)(vector * lanes) + lane), reduce.Function));

    private Block Add(LoopBuffer register, Expr body) => Block.Of(Each(count, (vector, lane) => new Store(
        register, (IndexExpr)(vector * lanes) + lane,
        body.Substitute(new Dictionary<LoopVar, IndexExpr> { [axis] = first + vector * lanes + lane }), reduce.Function)));

    private IEnumerable<Statement> Each(long elements, Func<long, LoopVar, Statement> statement)
    {
        for (long vector = 0; vector * lanes < elements; vector++)
        {
            var lane = new LoopVar("lane", Math.Min(lanes, elements - vector * lanes), isLane: true);
            yield return new For(lane, LoopKind.Vector, statement(vector, lane));
        }
    }
}
