using System.Numerics;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Sorts each row in scratch memory: keys and their positions, filled up to a power of two with keys that come last, run
/// through a <see cref="SortNetwork"/>; the positions are the result. Rows are shared among tasks.
/// </summary>
public static class SortSchedule
{
    /// <summary>Work of a comparison and exchange of one vector.</summary>
    private const double ExchangeWork = 8;

    public static LoopKernel Build(KernelDefinition definition, CpuTarget target)
    {
        var store = definition.Stores.Single();
        var sort = (SortExpr)store.Value;
        var rank = sort.Rank.Variables.Single();
        var key = sort.Key.Type switch
        {
            DType.Int32 or DType.Int64 or DType.Float32 or DType.Float64 => sort.Key,
            var type => new ConvertExpr(type.IsFloat() ? DType.Float32 : DType.Int32, sort.Key),
        };
        var lanes = target.VectorBytes / key.Type.Size();
        var count = Math.Max(lanes, (long)BitOperations.RoundUpToPowerOf2((ulong)sort.Variable.Extent));
        var network = new SortNetwork(key.Type, count, sort.Descending, lanes);
        var position = new ConvertExpr(DType.Int64, new LoadExpr(network.Positions, rank));
        var body = Block.Of(
        [
            ..network.Allocate(),
            Fill(network, key, sort.Variable, lanes, target),
            Pad(network, sort),
            network.Sort(),
            new For(rank, LoopKind.Serial, new Store(store.Buffer, store.Index, position)),
        ]);
        var stages = BitOperations.Log2((ulong)count);
        var work = stages * (stages + 1) / 2.0 * count / lanes * ExchangeWork;
        return TaskLoop.OverRows(definition, [.. store.Domain.Where(v => v != rank)], null, body, work, lanes);
    }

    private static Statement Fill(SortNetwork network, Expr key, LoopVar variable, int lanes, CpuTarget target)
    {
        var fits = LaneAnalysis.LanesFor([key], variable, target.VectorBytes) == lanes;
        return VectorLoop.Build(variable, fits ? lanes : 1, (_, at) =>
        {
            var index = ((IndexExpr)variable).Substitute(at);
            return Block.Of(
                new Store(network.Keys, index, key.Substitute(at)),
                new Store(network.Positions, index, new IndexValueExpr(index, network.Positions.Type)));
        });
    }

    private static Statement Pad(SortNetwork network, SortExpr sort)
    {
        var filler = new LoopVar("filler", network.Keys.Count - sort.Variable.Extent);
        var index = (IndexExpr)filler + sort.Variable.Extent;
        return new For(filler, LoopKind.Serial, Block.Of(
            new Store(network.Keys, index, new ConstantExpr(SortExpr.Last(network.Keys.Type, sort.Descending))),
            new Store(network.Positions, index, new IndexValueExpr(index, network.Positions.Type))));
    }
}
