using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Rows one after the other; within a row, one pass over the columns for each level of reductions (those that need no other
/// reduction first), then one pass that stores the values per element. Reductions run in vector registers, one partial
/// result a lane, combined at the end of the row in a fixed order.
/// </summary>
public static class RowSchedule
{
    public static LoopKernel Build(KernelDefinition definition, CpuTarget target)
    {
        var scope = new RowScope(target);
        var statements = new List<Statement>();
        foreach (var level in Levels(definition.Reductions()))
            foreach (var pass in level.GroupBy(r => new EquatableArray<long>(r.ReducedVariables.Select(v => v.Extent).ToArray())))
                scope.Reduce(pass.ToArray(), statements);
        scope.StoreRow(definition.Rows.Count, definition.Stores, statements);
        var columns = definition.Reductions().Select(r => r.ReducedVariables.Aggregate(1.0, (p, v) => p * v.Extent)).DefaultIfEmpty(1).Max();
        var work = Cost.OfElement(definition.Stores.Where(s => s.Domain.Count > definition.Rows.Count)) * columns +
            Cost.OfElement(definition.Stores);
        return TaskLoop.OverRows(definition, definition.Rows, Before(definition, scope), Block.Of(statements), work, scope.Lanes);
    }

    private static Block? Before(KernelDefinition definition, RowScope scope)
    {
        if (definition.Serial is not { Before: var stores }) return null;
        var statements = new List<Statement>();
        scope.StoreRow(definition.Rows.Count, stores, statements);
        return Block.Of(statements);
    }

    /// <summary>Reductions by how many others they wait for, one after the other.</summary>
    private static IEnumerable<IReadOnlyList<ReduceExpr>> Levels(IReadOnlyList<ReduceExpr> reductions)
    {
        var level = new Dictionary<ReduceExpr, int>();
        foreach (var reduce in reductions)
            level[reduce] = reduce.Body.DescendantsAndSelf().OfType<ReduceExpr>()
                .Select(r => level[r] + 1).DefaultIfEmpty(0).Max();
        return level.GroupBy(p => p.Value, p => p.Key).OrderBy(g => g.Key).Select(g => g.ToArray());
    }
}

/// <summary>Builds the passes of one row and remembers which register holds the result of which reduction.</summary>
internal sealed class RowScope(CpuTarget target)
{
    private readonly Dictionary<ReduceExpr, Expr> _results = [];

    /// <summary>Widest lane count any pass uses; the kernel's register width.</summary>
    public int Lanes { get; private set; } = 1;

    public Expr Replace(Expr expr) => Replace(expr, new Dictionary<Expr, Expr>(ReferenceEqualityComparer.Instance));

    /// <summary>One pass over the columns for reductions that share their extents.</summary>
    public void Reduce(IReadOnlyList<ReduceExpr> reductions, List<Statement> row)
    {
        var shared = reductions[0].ReducedVariables;
        var bodies = reductions.Select(r => Replace(r.Body).Substitute(
            r.ReducedVariables.Zip(shared).ToDictionary(p => p.First, p => (IndexExpr)p.Second))).ToArray();
        var isArg = reductions.Any(r => r.IsArg);
        var (axes, values) = isArg
            ? (shared, new Dictionary<LoopVar, IndexExpr>())
            : AxisCollapse.Of(shared, bodies.SelectMany(AxisCollapse.IndicesOf), "k");
        if (axes.Count == 0) axes = [new LoopVar("k0", 1)];
        bodies = bodies.Select(b => b.Substitute(values)).ToArray();
        if (isArg) ArgPass(reductions, bodies, axes, row);
        else VectorPass(reductions, bodies, axes, row);
    }

    /// <summary>Stores the values of a row, then in one pass over the columns those of its elements.</summary>
    public void StoreRow(int rowAxes, IReadOnlyList<StoreDefinition> stores, List<Statement> row)
    {
        foreach (var store in stores.Where(s => s.Domain.Count == rowAxes))
            row.Add(new Store(store.Buffer, store.Index, Replace(store.Value)));
        foreach (var pass in stores.Where(s => s.Domain.Count > rowAxes)
            .GroupBy(s => new EquatableArray<LoopVar>(s.Domain.Skip(rowAxes).ToArray())))
            StoreColumns(pass.Key, pass.ToArray(), row);
    }

    private void StoreColumns(IReadOnlyList<LoopVar> columns, IReadOnlyList<StoreDefinition> stores, List<Statement> row)
    {
        var replaced = stores.Select(s => s with { Value = Replace(s.Value) }).ToArray();
        var (axes, values) = AxisCollapse.Of(columns,
            replaced.SelectMany(s => AxisCollapse.IndicesOf(s.Value).Append(s.Index)), "j");
        if (axes.Count == 0) axes = [new LoopVar("j0", 1)];
        var collapsed = replaced.Select(s => s.Substitute(axes, values)).ToArray();
        var lanes = LanesFor(collapsed.Select(s => s.Value), axes[^1]);
        var inner = VectorLoop.Build(axes[^1], lanes, (_, at) => Block.Of(collapsed.Select(s =>
            new Store(s.Buffer, s.Index.Substitute(at), s.Value.Substitute(at)))));
        row.Add(For.Nest(axes.SkipLast(1), inner));
    }

    private Expr Replace(Expr expr, Dictionary<Expr, Expr> memo)
    {
        if (memo.TryGetValue(expr, out var done)) return done;
        if (expr is ReduceExpr reduce) return memo[expr] = _results[reduce];
        if (expr.Operands.Count == 0) return memo[expr] = expr;
        var operands = expr.Operands.Select(o => Replace(o, memo)).ToArray();
        return memo[expr] = operands.SequenceEqual(expr.Operands, ReferenceEqualityComparer.Instance) ? expr : expr.WithOperands(operands);
    }

    private void VectorPass(IReadOnlyList<ReduceExpr> reductions, Expr[] bodies, IReadOnlyList<LoopVar> axes, List<Statement> row)
    {
        var lanes = reductions.Any(r => r.Type.Size() == 1) ? 1 : LanesFor(bodies, axes[^1]);
        var registers = reductions.Select(r => Register(r.Function.ToString().ToLowerInvariant(), r.Type, lanes)).ToArray();
        foreach (var (register, reduce) in registers.Zip(reductions))
        {
            row.Add(new Allocate(register, BufferPlace.Register, lanes > 1));
            Statement start = new Store(register, LaneOrZero(lanes, out var lane), new ConstantExpr(Reduction.Neutral(reduce.Function, reduce.Type)));
            row.Add(lane is null ? start : new For(lane, LoopKind.Vector, start));
        }
        var inner = VectorLoop.Build(axes[^1], lanes, (lane, at) => Block.Of(registers.Zip(reductions, bodies).Select(t =>
            new Store(t.First, lane is null ? 0 : lane, t.Third.Substitute(at), t.Second.Function))));
        row.Add(For.Nest(axes.SkipLast(1), inner));
        foreach (var (register, reduce) in registers.Zip(reductions))
            _results[reduce] = lanes == 1 ? new LoadExpr(register, 0) : Combine(register, reduce, lanes, row);
    }

    /// <summary>Combines the lanes of a vector register into a scalar one.</summary>
    private static LoadExpr Combine(LoopBuffer register, ReduceExpr reduce, int lanes, List<Statement> row)
    {
        var lane = new LoopVar("lane", lanes, isLane: true);
        var scalar = Register($"row_{register.Name}", reduce.Type, 1);
        row.Add(new Allocate(scalar, BufferPlace.Register));
        row.Add(new Store(scalar, 0, new ReduceExpr(reduce.Function, [lane], new LoadExpr(register, lane))));
        return new LoadExpr(scalar, 0);
    }

    private void ArgPass(IReadOnlyList<ReduceExpr> reductions, Expr[] bodies, IReadOnlyList<LoopVar> axes, List<Statement> row)
    {
        foreach (var (reduce, body) in reductions.Zip(bodies))
        {
            var renamed = new ReduceExpr(reduce.Function, axes, body);
            _results[reduce] = new ReductionLoops(null, 1).Replace(renamed, row);
        }
    }

    private int LanesFor(IEnumerable<Expr> values, LoopVar axis)
    {
        var list = values.ToArray();
        var lanes = LaneAnalysis.LanesFor(list, axis, target.VectorBytes);
        if (Lanes > 1 && lanes > 1 && lanes != Lanes) return 1;
        Lanes = Math.Max(Lanes, lanes);
        return lanes;
    }

    private static IndexExpr LaneOrZero(int lanes, out LoopVar? lane)
    {
        lane = lanes == 1 ? null : new LoopVar("lane", lanes, isLane: true);
        return lane is null ? 0 : lane;
    }

    private static LoopBuffer Register(string name, DType type, int lanes) => new(name, type, lanes);
}
