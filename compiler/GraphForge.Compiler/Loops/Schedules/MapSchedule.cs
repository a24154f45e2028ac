using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// One value per element of a domain: collapse axes, give the innermost to vector lanes, share the outer ones among tasks.
/// Reductions inside a value (windows, column sums) become serial loops around vector registers.
/// </summary>
public static class MapSchedule
{
    public static LoopKernel Build(KernelDefinition definition, CpuTarget target)
    {
        var indices = definition.Stores.SelectMany(s => AxisCollapse.IndicesOf(s.Value).Append(s.Index));
        var (axes, values) = AxisCollapse.Of(definition.Rows, indices, "i");
        var stores = definition.Stores.Select(s => s.Substitute(axes, values)).ToArray();
        if (axes.Count == 0) return TaskLoop.Wrap(definition, new LoopVar("task", 1), Body(stores, null, 1), 1);
        var inner = axes[^1];
        var lanes = LaneAnalysis.LanesFor(stores.Select(s => s.Value), inner, target.VectorBytes);
        var work = Cost.OfElement(stores);
        return inner.Extent * work >= 2 * TaskLoop.GrainWork
            ? SplitInner(definition, axes, stores, lanes, work)
            : SplitOuter(definition, axes, stores, lanes, work);
    }

    /// <summary>Tasks are runs of outer iterations.</summary>
    private static LoopKernel SplitOuter(
        KernelDefinition definition, IReadOnlyList<LoopVar> axes, StoreDefinition[] stores, int lanes, double work)
    {
        var inner = axes[^1];
        var body = VectorLoop.Build(inner, lanes, (lane, values) => Body(stores, lane, lanes, values));
        return TaskLoop.OverRows(definition, [.. axes.SkipLast(1)], body, inner.Extent * work, lanes);
    }

    /// <summary>The innermost axis is long: a task is one outer iteration and one chunk of whole vectors of the innermost axis.</summary>
    private static LoopKernel SplitInner(
        KernelDefinition definition, IReadOnlyList<LoopVar> axes, StoreDefinition[] stores, int lanes, double work)
    {
        var inner = axes[^1];
        var vectors = inner.Extent / lanes;
        var perTask = Math.Max(1, (long)(TaskLoop.GrainWork / (work * lanes)));
        var chunks = Math.Max(1, (vectors + perTask - 1) / perTask);
        var outer = axes.SkipLast(1).Aggregate(1L, (p, v) => p * v.Extent);
        var task = new LoopVar("task", outer * chunks);
        IndexExpr chunk = (IndexExpr)task % chunks;
        var row = IndexExpr.Unravel((IndexExpr)task / chunks, axes.SkipLast(1).Select(v => v.Extent).ToArray());
        var rowValues = axes.SkipLast(1).Zip(row).ToDictionary(p => p.First, p => p.Second);
        var step = new LoopVar("v", Math.Min(perTask, vectors));
        var lane = new LoopVar("lane", lanes, isLane: true);
        var main = Body(stores, lanes == 1 ? null : lane, lanes, Values((chunk * perTask + step) * lanes + LaneIndex(lane, lanes)));
        var statements = new List<Statement>
        {
            new For(step, LoopKind.Serial, lanes == 1 ? main : new For(lane, LoopKind.Vector, main),
                chunks * perTask == vectors ? null : (IndexExpr)vectors - chunk * perTask),
        };
        if (inner.Extent % lanes != 0)
        {
            var tail = new LoopVar("lane", inner.Extent % lanes, isLane: true);
            var rest = new For(tail, LoopKind.Vector, Body(stores, tail, lanes, Values((IndexExpr)tail + vectors * lanes)));
            statements.Add(new If(InBoundsExpr.Of(chunk, chunks - 1, chunks), rest));
        }
        return TaskLoop.Wrap(definition, task, Block.Of(statements), lanes);

        Dictionary<LoopVar, IndexExpr> Values(IndexExpr innerValue) => new(rowValues) { [inner] = innerValue };
    }

    private static IndexExpr LaneIndex(LoopVar lane, int lanes) => lanes == 1 ? 0 : lane;

    private static Statement Body(
        IReadOnlyList<StoreDefinition> stores, LoopVar? lane, int lanes, IReadOnlyDictionary<LoopVar, IndexExpr>? values = null)
    {
        values ??= new Dictionary<LoopVar, IndexExpr>();
        var statements = new List<Statement>();
        var reductions = new ReductionLoops(lane, lanes);
        var memo = new Dictionary<Expr, Expr>(ReferenceEqualityComparer.Instance);
        var results = stores.Select(s => (s.Buffer, Index: s.Index.Substitute(values),
            Value: s.Value.Rewrite(e => e.MapIndices(i => i.Substitute(values)), memo))).ToArray();
        var replaced = results.Select(r => new Store(r.Buffer, r.Index, reductions.Replace(r.Value, statements))).ToArray();
        return Block.Of([.. statements, .. replaced]);
    }
}
