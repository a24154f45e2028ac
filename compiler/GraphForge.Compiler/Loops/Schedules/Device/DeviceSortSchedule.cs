using System.Numerics;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// Sorts the positions of each row by their keys. A row that fits into shared memory is a group's, which runs it through Batcher's
/// bitonic network there; of a longer one every element counts how many come before it, which is its place.
/// </summary>
internal static class DeviceSortSchedule
{
    public static LoopKernel Build(KernelDefinition definition, GpuTarget target)
    {
        var store = definition.Stores.Single();
        var sort = (SortExpr)store.Value;
        var rank = sort.Rank.Variables.SingleOrDefault();
        var key = sort.Key.Type switch
        {
            DType.Int32 or DType.Int64 or DType.Float32 or DType.Float64 => sort.Key,
            var type => new ConvertExpr(type.IsFloat() ? DType.Float32 : DType.Int32, sort.Key),
        };
        var rows = store.Domain.Where(v => v != rank).ToArray();
        var count = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(2, sort.Variable.Extent));
        return count * (key.Type.Size() + sizeof(int)) <= target.SharedBytes
            ? new DeviceSortNetwork(key, sort, count, Math.Min(count / 2, target.UsualThreads)).Build(definition, store, rows, rank)
            : Count(definition, store, sort, key, rows, rank, target);
    }

    private static LoopKernel Count(
        KernelDefinition definition, StoreDefinition store, SortExpr sort, Expr key, LoopVar[] rows, LoopVar? rank, GpuTarget target)
    {
        var (element, other) = (new LoopVar("element", sort.Variable.Extent), sort.Variable);
        LoopVar[] axes = [.. rows, element];
        var loop = GroupLoop.OverElements(axes.Aggregate(1L, (p, v) => p * v.Extent), target);
        var place = axes.Zip(IndexExpr.Unravel(loop.Element, axes.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);
        var before = new LoopBuffer("before", DType.Int64, 1);
        var (mine, here) = (key.Substitute(new Dictionary<LoopVar, IndexExpr> { [other] = element }), new IndexValueExpr(element, DType.Int64));
        var comesFirst = SortExpr.Precedes(key, new IndexValueExpr(other, DType.Int64), mine, here, sort.Descending);
        var at = rank is null ? [] : new Dictionary<LoopVar, IndexExpr> { [rank] = new DataAtom(new LoadExpr(before, 0), rank.Extent) };
        var stored = new If(new BinaryExpr(BinaryFunction.Less, new LoadExpr(before, 0), new ConstantExpr(Scalar.Of(DType.Int64, rank?.Extent ?? 1))),
            new Store(store.Buffer, store.Index.Substitute(at), here));
        var body = Block.Of(
            new Allocate(before, BufferPlace.Register), new Store(before, 0, ConstantExpr.Zero(DType.Int64)),
            new For(other, LoopKind.Serial, new If(comesFirst, new Store(before, 0, new ConstantExpr(Scalar.Of(DType.Int64, 1L)), ReduceFunction.Sum))),
            stored);
        return loop.Wrap(definition, [], GroupLoop.Below(loop.Element, axes.Aggregate(1L, (p, v) => p * v.Extent), StatementWalk.Substitute(body, place)));
    }
}
