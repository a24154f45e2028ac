using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Turns a scatter around: instead of every result searching for its elements, every element is added where its key points.
/// Tasks split the axes that the key does not choose, so that no two tasks write the same result and the order of additions
/// is fixed. Keys outside the result add nothing.
/// </summary>
public static class ScatterSchedule
{
    public static LoopKernel Build(KernelDefinition definition)
    {
        var store = definition.Stores.Single();
        var scatter = (ReduceExpr)store.Value;
        var match = scatter.Match ?? throw new InternalCompilerException("scatter", $"{scatter} has no key");
        var target = match.Target.Variables.SingleOrDefault();
        var free = store.Domain.Where(v => v != target && v.Extent != 1).ToArray();
        var shared = free.FirstOrDefault();
        var statements = new List<Statement>();
        var clear = new Store(store.Buffer, store.Index, new ConstantExpr(Reduction.Neutral(scatter.Function, scatter.Type)));
        var inner = free.Skip(1).ToArray();
        statements.Add(For.Nest(target is null ? inner : [target, .. inner], clear));
        statements.Add(For.Nest([.. scatter.ReducedVariables, .. inner], Add(store, scatter, match, target)));
        return shared is null
            ? TaskLoop.Wrap(definition, new LoopVar("task", 1), Block.Of(statements), 1)
            : TaskLoop.OverRows(definition, [shared], null, Block.Of(statements), double.MaxValue, 1);
    }

    private static Statement Add(StoreDefinition store, ReduceExpr scatter, ScatterMatch match, LoopVar? target)
    {
        var extent = target?.Extent ?? 1;
        var key = match.Key.Type == DType.Int64 ? match.Key : new ConvertExpr(DType.Int64, match.Key);
        var values = new Dictionary<LoopVar, IndexExpr>();
        if (target is not null) values[target] = new DataAtom(match.Key, extent);
        var inside = new BinaryExpr(BinaryFunction.And,
            new BinaryExpr(BinaryFunction.LessOrEqual, new ConstantExpr(Scalar.Of(DType.Int64, 0L)), key),
            new BinaryExpr(BinaryFunction.Less, key, new ConstantExpr(Scalar.Of(DType.Int64, extent))));
        return new If(inside, new Store(store.Buffer, store.Index.Substitute(values), scatter.Body, scatter.Function));
    }
}
