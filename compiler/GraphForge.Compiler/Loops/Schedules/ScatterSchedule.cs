using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Turns a scatter around: instead of every result searching for its elements, every element goes where its key points and is
/// combined there. Tasks split the axes that the key does not choose, so that no two tasks write the same result and the order
/// of combination is fixed. Keys outside the result go nowhere.
/// </summary>
public static class ScatterSchedule
{
    /// <summary>Neighbours that a task takes together where only axes inside the chosen one can be split: a cache line of float32.</summary>
    private const long Neighbours = 16;

    public static LoopKernel Build(KernelDefinition definition)
    {
        var store = definition.Stores.Single();
        var scatter = (ReduceExpr)store.Value;
        var match = scatter.Match ?? throw new InternalCompilerException("scatter", $"{scatter} has no key");
        var target = match.Target.Variables.SingleOrDefault();
        var outer = store.Domain.TakeWhile(v => v != target).Where(v => v.Extent != 1).ToArray();
        var inner = store.Domain.SkipWhile(v => v != target).Skip(1).Where(v => v.Extent != 1).ToArray();
        if (outer.Length > 0 || inner.Length == 0)
        {
            var body = Body(store, scatter, match, target, inner, statement => For.Nest(inner, statement));
            var work = Work(scatter.ReducedVariables, inner) + (target is null ? 1 : Work([target], inner));
            return TaskLoop.OverRows(definition, outer, null, body, work, 1);
        }
        var chunk = new LoopVar("chunk", (inner[0].Extent + Neighbours - 1) / Neighbours);
        return TaskLoop.OverRows(definition, [chunk], null, Body(store, scatter, match, target, inner, OverChunk), double.MaxValue, 1);

        Statement OverChunk(Statement statement)
        {
            var element = new LoopVar("element", Math.Min(Neighbours, inner[0].Extent));
            var position = (IndexExpr)chunk * Neighbours + element;
            var each = StatementWalk.Substitute(For.Nest(inner[1..], statement), new Dictionary<LoopVar, IndexExpr> { [inner[0]] = position });
            return new For(element, LoopKind.Serial, each,
                inner[0].Extent % Neighbours == 0 ? null : (IndexExpr)inner[0].Extent - (IndexExpr)chunk * Neighbours);
        }
    }

    /// <summary>Clears the results of a task, then sends it every element.</summary>
    private static Block Body(
        StoreDefinition store, ReduceExpr scatter, ScatterMatch match, LoopVar? target, LoopVar[] inner, Func<Statement, Statement> overInner)
    {
        var neutral = new ConstantExpr(Reduction.Neutral(scatter.Function, scatter.Type));
        var clear = overInner(new Store(store.Buffer, store.Index, neutral));
        var extent = target?.Extent ?? 1;
        var key = match.Key.Type == DType.Int64 ? match.Key : new ConvertExpr(DType.Int64, match.Key);
        var isInside = new BinaryExpr(BinaryFunction.And,
            new BinaryExpr(BinaryFunction.LessOrEqual, ConstantExpr.Zero(DType.Int64), key),
            new BinaryExpr(BinaryFunction.Less, key, new ConstantExpr(Scalar.Of(DType.Int64, extent))));
        var values = new Dictionary<LoopVar, IndexExpr>();
        if (target is not null) values[target] = new DataAtom(match.Key, extent);
        var combine = new Store(store.Buffer, store.Index.Substitute(values), scatter.Body, scatter.Function);
        var send = inner.Any(match.Key.Variables.Contains)
            ? overInner(new If(isInside, combine))
            : new If(isInside, overInner(combine));
        return Block.Of(target is null ? clear : new For(target, LoopKind.Serial, clear), For.Nest(scatter.ReducedVariables, send));
    }

    private static double Work(IEnumerable<LoopVar> variables, IEnumerable<LoopVar> inner) =>
        variables.Concat(inner).Aggregate(1.0, (product, v) => product * v.Extent);
}
