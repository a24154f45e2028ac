using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// A scatter, either as it is defined, every result searching for its elements, or turned around as on the CPU: a thread owns all
/// results that differ in the scattered axis alone and sends every element where its key points. In both, elements are combined in
/// one fixed order. The first takes more work and has more threads.
/// </summary>
internal static class DeviceScatterSchedule
{
    /// <summary>Looking at a key that all neighbours look at, to combining an element in memory.</summary>
    private const double SearchShare = 0.1;

    public static LoopKernel Build(KernelDefinition definition, GpuTarget target)
    {
        var store = definition.Stores.Single();
        var scatter = (ReduceExpr)store.Value;
        var match = scatter.Match ?? throw new InternalCompilerException("scatter", $"{scatter} has no key");
        var axis = match.Target.Variables.SingleOrDefault();
        var kept = store.Domain.Where(v => v != axis).ToArray();
        var elements = Count(scatter.ReducedVariables);
        var search = Waves(Count(store.Domain), target) * elements * SearchShare;
        var send = Waves(Count(kept), target) * (elements + (axis?.Extent ?? 1));
        return search <= send ? Search(definition, store, scatter, match, target) : Send(definition, store, scatter, match, axis, kept, target);
    }

    private static double Waves(double threads, GpuTarget target) => Math.Max(1, threads / target.Parallelism);

    private static long Count(IEnumerable<LoopVar> axes) => axes.Aggregate(1L, (p, v) => p * v.Extent);

    private static LoopKernel Search(KernelDefinition definition, StoreDefinition store, ReduceExpr scatter, ScatterMatch match, GpuTarget target)
    {
        var result = new LoopBuffer("result", scatter.Type, 1);
        var isMine = new BinaryExpr(BinaryFunction.Equal, Key(match), new IndexValueExpr(match.Target, DType.Int64));
        return OverElements(definition, store.Domain, target, Block.Of(
            new Allocate(result, BufferPlace.Register), new Store(result, 0, Neutral(scatter)),
            For.Nest(scatter.ReducedVariables, new If(isMine, new Store(result, 0, scatter.Body, scatter.Function))),
            new Store(store.Buffer, store.Index, new LoadExpr(result, 0))));
    }

    private static LoopKernel Send(
        KernelDefinition definition, StoreDefinition store, ReduceExpr scatter, ScatterMatch match, LoopVar? axis, LoopVar[] kept, GpuTarget target)
    {
        var clear = new Store(store.Buffer, store.Index, Neutral(scatter));
        var extent = axis?.Extent ?? 1;
        var isInside = new BinaryExpr(BinaryFunction.And,
            new BinaryExpr(BinaryFunction.LessOrEqual, ConstantExpr.Zero(DType.Int64), Key(match)),
            new BinaryExpr(BinaryFunction.Less, Key(match), new ConstantExpr(Scalar.Of(DType.Int64, extent))));
        var place = axis is null ? [] : new Dictionary<LoopVar, IndexExpr> { [axis] = new DataAtom(match.Key, extent) };
        var send = new If(isInside, new Store(store.Buffer, store.Index.Substitute(place), scatter.Body, scatter.Function));
        return OverElements(definition, kept, target, Block.Of(
            axis is null ? clear : new For(axis, LoopKind.Serial, clear), For.Nest(scatter.ReducedVariables, send)));
    }

    private static LoopKernel OverElements(KernelDefinition definition, IReadOnlyList<LoopVar> axes, GpuTarget target, Statement body)
    {
        var loop = GroupLoop.OverElements(Count(axes), target);
        var place = axes.Zip(IndexExpr.Unravel(loop.Element, axes.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);
        return loop.Wrap(definition, [], GroupLoop.Below(loop.Element, Count(axes), StatementWalk.Substitute(body, place)));
    }

    private static ConstantExpr Neutral(ReduceExpr scatter) => new(Reduction.Neutral(scatter.Function, scatter.Type));

    private static Expr Key(ScatterMatch match) => match.Key.Type == DType.Int64 ? match.Key : new ConvertExpr(DType.Int64, match.Key);
}
