using System.Numerics;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// Long reductions that leave the innermost axis, with fewer results than the device has threads. Neighbouring threads take neighbouring
/// results, so that they read whole lines; the warps of a group take elements of the reduction in turn, and combine what they have in
/// shared memory, halving their number until one is left. The order is fixed by shapes and the device's figures.
/// </summary>
internal sealed class DeviceColumnSchedule
{
    /// <summary>Elements that a thread combines before another one helps: those take about as long as a step of the halving.</summary>
    private const long LeastSteps = 4;

    /// <summary>Elements below which a reduction is a window, whose neighbours share operands.</summary>
    private const long LeastReduced = 32;

    private readonly IReadOnlyList<LoopVar> _axes;
    private readonly StoreDefinition[] _stores;
    private readonly ReduceExpr[] _reductions;
    private readonly LoopBuffer[] _totals;
    private readonly long _columns, _helpers, _reduced;
    private readonly GroupLoop _loop;
    private readonly Dictionary<LoopVar, IndexExpr> _place;
    private readonly IndexExpr _column;

    private DeviceColumnSchedule(IReadOnlyList<LoopVar> axes, StoreDefinition[] stores, ReduceExpr[] reductions, long columns, long helpers)
    {
        (_axes, _stores, _reductions, _columns, _helpers) = (axes, stores, reductions, columns, helpers);
        _reduced = Elements(reductions[0]);
        _totals = [.. reductions.Select(r => new LoopBuffer(RowValues.NameOf(r), r.Body.Type, 1))];
        LoopVar[] parts = [.. axes.SkipLast(1), new LoopVar("columns", CeilingDivide(axes[^1].Extent, columns))];
        _loop = new GroupLoop(parts.Aggregate(1L, (p, v) => p * v.Extent), columns * helpers);
        var place = IndexExpr.Unravel(_loop.Group, parts.Select(v => v.Extent).ToArray());
        _column = place[^1] * columns + (IndexExpr)_loop.Thread % columns;
        _place = axes.SkipLast(1).Zip(place).ToDictionary(p => p.First, p => p.Second);
        _place[axes[^1]] = _column;
    }

    /// <summary>Null where the kernel is something else, or each result is worth one thread.</summary>
    public static LoopKernel? Build(KernelDefinition definition, GpuTarget target)
    {
        if (definition.Serial is not null) return null;
        var indices = definition.Stores.SelectMany(s => AxisCollapse.IndicesOf(s.Value).Append(s.Index)).ToArray();
        var (axes, values) = AxisCollapse.Of(definition.Rows, indices, "i");
        if (axes.Count == 0) return null;
        var stores = definition.Stores.Select(s => s.Substitute(axes, values)).ToArray();
        var reductions = stores.SelectMany(s => s.Value.DescendantsAndSelf()).OfType<ReduceExpr>().Distinct().ToArray();
        if (reductions.Length == 0 || reductions.Any(r => r.IsArg || r.Match is not null || r.Body.DescendantsAndSelf().Any(e => e is ReduceExpr))) return null;
        if (reductions.Select(Elements).Distinct().Count() > 1 || Elements(reductions[0]) < LeastReduced) return null;
        var columns = Math.Min(target.WarpThreads, PowerOfTwo(axes[^1].Extent));
        var results = axes.Aggregate(1L, (p, v) => p * v.Extent);
        var shared = reductions.Sum(SharedMemory.BytesOf);
        var helpers = Math.Min(target.UsualThreads / columns, Math.Min(target.Parallelism / Math.Max(1, results), Elements(reductions[0]) / LeastSteps));
        helpers = helpers < 1 ? 1 : PowerOfTwo(helpers / 2 + 1);
        while (helpers > 1 && helpers * columns * shared > target.SharedBytes) helpers /= 2;
        return helpers <= 1 ? null : new DeviceColumnSchedule(axes, stores, reductions, columns, helpers).Build(definition);
    }

    private IndexExpr Helper => (IndexExpr)_loop.Thread / _columns;

    private LoopKernel Build(KernelDefinition definition)
    {
        var (shared, statements) = (new SharedMemory(), new List<Statement>());
        var functions = _reductions.Select(r => r.Function).ToArray();
        foreach (var (total, function) in _totals.Zip(functions))
            statements.AddRange([new Allocate(total, BufferPlace.Register), new Store(total, 0, new ConstantExpr(Reduction.Neutral(function, total.Type)))]);
        var (whole, rest) = Math.DivRem(_reduced, _helpers);
        if (whole > 0) statements.Add(OfColumn(new RegisterRuns(_totals, functions).Steps(whole, step => Add(step * _helpers + Helper))));
        if (rest > 0) statements.Add(GroupLoop.Below(Helper, rest, OfColumn(Add(whole * _helpers + Helper))));
        var places = shared.Take(_totals.Select(t => t.Type), _loop.Thread.Extent, statements);
        statements.AddRange(places.Zip(_totals, (place, total) => new Store(place, _loop.Thread, new LoadExpr(total, 0))));
        for (var half = _helpers / 2; half > 0; half /= 2)
        {
            statements.Add(new GroupBarrier());
            statements.Add(GroupLoop.Below(Helper, half, Block.Of(places.Zip(functions, (place, function) =>
                new Store(place, _loop.Thread, new LoadExpr(place, (IndexExpr)_loop.Thread + half * _columns), function)))));
        }
        statements.Add(GroupLoop.Below(Helper, 1, OfColumn(Block.Of(_stores.Select(s => new Store(s.Buffer, s.Index.Substitute(_place), Finished(s.Value, places)))))));
        return _loop.Wrap(definition, shared.Buffers, Block.Of(statements));
    }

    /// <summary>The statement where there is such a result.</summary>
    private Statement OfColumn(Statement body) => GroupLoop.Below(_column, _axes[^1].Extent, body);

    /// <summary>Adds an element of the reductions to the totals of the thread.</summary>
    private Block Add(IndexExpr element) => Block.Of(_reductions.Zip(_totals, (reduce, total) =>
    {
        var at = new Dictionary<LoopVar, IndexExpr>(_place);
        foreach (var (axis, value) in reduce.ReducedVariables.Zip(IndexExpr.Unravel(element, reduce.ReducedVariables.Select(v => v.Extent).ToArray()))) at[axis] = value;
        return new Store(total, 0, reduce.Body.Substitute(at), reduce.Function);
    }));

    private Expr Finished(Expr value, LoopBuffer[] places)
    {
        var holes = _reductions.Select(r => new LoadExpr(new LoopBuffer("total", r.Type, 1), 0)).ToArray();
        for (var i = 0; i < holes.Length; i++) value = value.Replace(_reductions[i], holes[i]);
        value = value.Substitute(_place);
        for (var i = 0; i < holes.Length; i++) value = value.Replace(holes[i], new LoadExpr(places[i], _loop.Thread));
        return value;
    }

    private static long Elements(ReduceExpr reduce) => reduce.ReducedVariables.Aggregate(1L, (p, v) => p * v.Extent);

    private static long PowerOfTwo(long count) => (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, count));
}
