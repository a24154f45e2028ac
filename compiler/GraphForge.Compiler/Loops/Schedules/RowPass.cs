using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>One pass over the columns of a row: reductions that run together, or stores.</summary>
/// <param name="Axes">Columns, collapsed; passes over columns of the same extents share them, and with them their elements.</param>
/// <param name="Bodies">What is reduced or stored, reductions inside replaced by their results.</param>
/// <param name="Reductions">The reductions, one a body; none in a pass that stores.</param>
/// <param name="Targets">Where the stored bodies go.</param>
/// <param name="Kept">Elements that go into scratch memory on the way.</param>
internal sealed record RowPass(
    IReadOnlyList<LoopVar> Axes, IReadOnlyList<Expr> Bodies, IReadOnlyList<ReduceExpr> Reductions,
    IReadOnlyList<(LoopBuffer Buffer, IndexExpr Index, ReduceFunction? Combine)> Targets, IReadOnlyList<StoreDefinition> Kept)
{
    /// <summary>Whole vectors of the computation of an exponential hide the way to memory; a few additions do not.</summary>
    private const double HidesMemory = 12;

    /// <summary>Half of a typical second-level cache holds what is asked for before it is stored.</summary>
    private const long MostAwaited = 256 * 1024;

    public bool IsStore => Reductions.Count == 0;

    /// <summary>
    /// Where the pass after this one stores at the same elements: memory to ask for while this one computes, so that the stores,
    /// which come all at once, need not wait for it.
    /// </summary>
    public IReadOnlyList<(LoopBuffer Buffer, IndexExpr Index)> Awaited { get; private init; } = [];

    /// <summary>Positions are found one element at a time; vectors of one-byte types have no reductions.</summary>
    public bool IsScalar => Reductions.Any(r => r.IsArg || r.Type.Size() == 1);

    /// <summary>
    /// The passes in order: by how many other reductions a reduction waits for, then the stores. Values per element are written
    /// after everything is read.
    /// </summary>
    public static IReadOnlyList<RowPass> Of(
        IReadOnlyList<ReduceExpr> reductions, IEnumerable<StoreDefinition> stores, int rowAxes, RowValues values)
    {
        var columns = new ColumnAxes();
        var passes = new List<Func<RowPass>>();
        foreach (var level in Levels(reductions))
            foreach (var pass in level.GroupBy(r => (Extents(r.ReducedVariables), r.IsArg, r.Type.Size() == 1)))
            {
                var bodies = pass.Select(r => columns.Add(r.ReducedVariables, [values.WithoutReductions(r.Body)])).ToArray();
                passes.Add(() => new RowPass(bodies[0].Axes, [.. bodies.SelectMany(b => b.Values)], [.. pass], [], []));
            }
        foreach (var pass in stores.GroupBy(s => new EquatableArray<LoopVar>([.. s.Domain.Skip(rowAxes)])))
        {
            var space = columns.Add(pass.Key, [.. pass.Select(s => values.WithoutReductions(s.Value))], [.. pass.Select(s => s.Index)]);
            passes.Add(() => new RowPass(space.Axes, space.Values, [], [.. pass.Select((s, i) => (s.Buffer, space.Indices[i], s.Combine))], []));
        }
        columns.Collapse();
        return [.. passes.Select(p => p())];
    }

    private static EquatableArray<long> Extents(IEnumerable<LoopVar> variables) => new([.. variables.Select(v => v.Extent)]);

    private static IEnumerable<IReadOnlyList<ReduceExpr>> Levels(IReadOnlyList<ReduceExpr> reductions)
    {
        var level = new Dictionary<ReduceExpr, int>();
        foreach (var reduce in reductions)
            level[reduce] = reduce.Body.DescendantsAndSelf().OfType<ReduceExpr>()
                .Select(r => level[r] + 1).DefaultIfEmpty(0).Max();
        return level.GroupBy(p => p.Value, p => p.Key).OrderBy(g => g.Key).Select(g => g.ToArray());
    }

    /// <summary>The same pass, asking for what <paramref name="next"/> stores if it computes long enough for that to pay.</summary>
    public RowPass Before(RowPass next)
    {
        if (!next.Axes.SequenceEqual(Axes) || Bodies.Sum(b => Cost.OfColumn(b, Axes)) < HidesMemory) return this;
        var targets = next.Targets.Where(t => t.Combine is null && LaneAnalysis.IsContiguous(t.Index, Axes[^1])).ToArray();
        var bytes = targets.Sum(t => t.Buffer.Type.Size()) * Axes.Aggregate(1L, (p, v) => p * v.Extent);
        return bytes > MostAwaited ? this : this with { Awaited = [.. targets.Select(t => (t.Buffer, t.Index))] };
    }

    /// <summary>The same pass over other values.</summary>
    public RowPass Map(Func<Expr, Expr> map) =>
        this with { Bodies = [.. Bodies.Select(map)], Kept = [.. Kept.Select(k => k with { Value = map(k.Value) })] };

    /// <summary>The loops of a pass that stores.</summary>
    public Statement Stores(int lanes)
    {
        var inner = VectorLoop.Build(Axes[^1], lanes, (_, at) => Block.Of(Keeping(at).Concat(Targets.Zip(Bodies,
            (target, value) => new Store(target.Buffer, target.Index.Substitute(at), value.Substitute(at), target.Combine)))));
        return For.Nest(Axes.SkipLast(1), inner);
    }

    /// <summary>Asks for the cache lines of the elements there.</summary>
    public IEnumerable<Statement> Awaiting(IReadOnlyDictionary<LoopVar, IndexExpr> at) =>
        Awaited.Select(a => new Prefetch(a.Buffer, a.Index.Substitute(at)));

    /// <summary>What goes into scratch memory at an element.</summary>
    public IEnumerable<Statement> Keeping(IReadOnlyDictionary<LoopVar, IndexExpr> at) =>
        Kept.Select(k => new Store(k.Buffer, k.Index.Substitute(at), k.Value.Substitute(at)));

    /// <summary>The loops of a pass that reduces without vectors.</summary>
    public void ReduceByElement(RowValues values)
    {
        foreach (var (reduce, body) in Reductions.Zip(Bodies))
            values.SetResult(reduce, new ReductionLoops(null, 1).Replace(new ReduceExpr(reduce.Function, Axes, body), values.Statements));
    }
}
