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
        var before = definition.Serial?.Before ?? [];
        var indices = definition.Stores.Concat(before).SelectMany(s => AxisCollapse.IndicesOf(s.Value).Append(s.Index));
        var (axes, values) = AxisCollapse.Of(definition.Rows, indices, "i");
        var work = new MapWork(definition, axes, Collapsed(definition.Stores), Collapsed(before), target);
        if (axes.Count == 0) return TaskLoop.Wrap(definition, new LoopVar("task", 1), work.InTask(stores => Body(stores, null, 1)), 1);
        return axes[^1].Extent * work.PerElement * definition.Repeats >= 2 * TaskLoop.GrainWork ? SplitInner(work) : SplitOuter(work);

        StoreDefinition[] Collapsed(IEnumerable<StoreDefinition> stores) => stores.Select(s => s.Substitute(axes, values)).ToArray();
    }

    /// <summary>Tasks are runs of outer iterations.</summary>
    private static LoopKernel SplitOuter(MapWork work)
    {
        var inner = work.Axes[^1];
        return TaskLoop.OverRows(work.Definition, [.. work.Axes.SkipLast(1)], work.Before.Length > 0 ? Row(work.Before) : null, Row(work.Stores),
            inner.Extent * work.PerElement, work.Lanes);

        Statement Row(StoreDefinition[] stores) => VectorLoop.Build(inner, work.Lanes, (lane, values) => Body(stores, lane, work.Lanes, values));
    }

    /// <summary>The innermost axis is long: a task is one outer iteration and one chunk of whole vectors of the innermost axis.</summary>
    private static LoopKernel SplitInner(MapWork work)
    {
        var (inner, lanes, axes) = (work.Axes[^1], work.Lanes, work.Axes);
        var vectors = inner.Extent / lanes;
        var perTask = TaskLoop.PerTask(work.Definition, work.PerElement * lanes);
        var chunks = Math.Max(1, (vectors + perTask - 1) / perTask);
        var outer = axes.SkipLast(1).Aggregate(1L, (p, v) => p * v.Extent);
        var task = new LoopVar("task", outer * chunks);
        IndexExpr chunk = (IndexExpr)task % chunks;
        var row = IndexExpr.Unravel((IndexExpr)task / chunks, axes.SkipLast(1).Select(v => v.Extent).ToArray());
        var rowValues = axes.SkipLast(1).Zip(row).ToDictionary(p => p.First, p => p.Second);
        return TaskLoop.Wrap(work.Definition, task, work.InTask(Chunk), lanes);

        Statement Chunk(StoreDefinition[] stores)
        {
            var step = new LoopVar("v", Math.Min(perTask, vectors));
            var lane = new LoopVar("lane", lanes, isLane: true);
            var main = Body(stores, lanes == 1 ? null : lane, lanes, Values((chunk * perTask + step) * lanes + LaneIndex(lane, lanes)));
            var statements = new List<Statement>
            {
                new For(step, LoopKind.Serial, lanes == 1 ? main : new For(lane, LoopKind.Vector, main),
                    chunks * perTask == vectors ? null : (IndexExpr)vectors - chunk * perTask),
            };
            if (inner.Extent % lanes == 0) return Block.Of(statements);
            var tail = new LoopVar("lane", inner.Extent % lanes, isLane: true);
            var rest = new For(tail, LoopKind.Vector, Body(stores, tail, lanes, Values((IndexExpr)tail + vectors * lanes)));
            statements.Add(new If(InBoundsExpr.Of(chunk, chunks - 1, chunks), rest));
            return Block.Of(statements);
        }

        Dictionary<LoopVar, IndexExpr> Values(IndexExpr innerValue) => new(rowValues) { [inner] = innerValue };
    }

    private static IndexExpr LaneIndex(LoopVar lane, int lanes) => lanes == 1 ? 0 : lane;

    /// <summary>The stores at one element, or at those of a vector, with serial loops for the reductions in them.</summary>
    internal static Statement Body(
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

/// <summary>A map over collapsed axes.</summary>
internal sealed class MapWork
{
    public MapWork(KernelDefinition definition, IReadOnlyList<LoopVar> axes, StoreDefinition[] stores, StoreDefinition[] before, CpuTarget target)
    {
        (Definition, Axes, Stores, Before) = (definition, axes, stores, before);
        Lanes = axes.Count == 0 ? 1 : LaneAnalysis.LanesFor(stores.Concat(before).Select(s => s.Value), axes[^1], target.VectorBytes);
        PerElement = Cost.OfElement(stores);
    }

    public KernelDefinition Definition { get; }

    public IReadOnlyList<LoopVar> Axes { get; }

    public StoreDefinition[] Stores { get; }

    /// <summary>Stores that run once before the iterations.</summary>
    public StoreDefinition[] Before { get; }

    public int Lanes { get; }

    /// <summary>Work of one element in one iteration.</summary>
    public double PerElement { get; }

    /// <summary>What a task does, from what it does for some stores.</summary>
    public Statement InTask(Func<StoreDefinition[], Statement> part) =>
        TaskLoop.Iterate(Definition, Before.Length > 0 ? part(Before) : null, part(Stores));
}
