using GraphForge.Compiler.Emit;
using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// One value per element of a domain, a thread an element, or four where there are plenty and they are neighbours in memory: those of a
/// thread are read and written at once, those of a warp are whole lines. Reductions inside a value are serial loops; a loop over
/// iterations runs within the thread.
/// </summary>
internal static class DeviceMapSchedule
{
    public static LoopKernel Build(KernelDefinition definition, GpuTarget target)
    {
        var before = definition.Serial?.Before ?? [];
        var indices = definition.Stores.Concat(before).SelectMany(s => AxisCollapse.IndicesOf(s.Value).Append(s.Index));
        var (axes, values) = AxisCollapse.Of(definition.Rows, indices, "i");
        var stores = definition.Stores.Select(s => s.Substitute(axes, values)).ToArray();
        var elements = axes.Aggregate(1L, (p, v) => p * v.Extent);
        if (elements >= WideAccess.Lanes * target.WarpThreads * target.Multiprocessors && IsWide(definition, stores, axes)) return Wide(definition, stores, axes, elements, target);
        var loop = GroupLoop.OverElements(elements, target);
        var place = Place(axes, loop.Element);
        var body = TaskLoop.Iterate(
            definition, before.Count > 0 ? MapSchedule.Body([.. before.Select(s => s.Substitute(axes, values))], null, 1, place) : null, MapSchedule.Body(stores, null, 1, place));
        return loop.Wrap(definition, [], GroupLoop.Below(loop.Element, elements, body));
    }

    private static Dictionary<LoopVar, IndexExpr> Place(IReadOnlyList<LoopVar> axes, IndexExpr element) =>
        axes.Zip(IndexExpr.Unravel(element, axes.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);

    /// <summary>Whether fours of neighbours are stored, each computed for itself from what the kernel does not change.</summary>
    private static bool IsWide(KernelDefinition definition, StoreDefinition[] stores, IReadOnlyList<LoopVar> axes)
    {
        if (definition.Serial is not null || axes[^1].Extent % WideAccess.Lanes != 0) return false;
        if (stores.Any(s => s.Value.DescendantsAndSelf().Any(e => e is ReduceExpr))) return false;
        var written = stores.Select(s => s.Buffer).ToHashSet();
        return stores.Any(s => WideAccess.Is(s.Buffer, s.Index, axes[^1])) && !Loads.Of(stores.Select(s => s.Value)).Any(l => written.Contains(l.Buffer));
    }

    private static LoopKernel Wide(KernelDefinition definition, StoreDefinition[] stores, IReadOnlyList<LoopVar> axes, long elements, GpuTarget target)
    {
        var fours = elements / WideAccess.Lanes;
        var loop = GroupLoop.OverElements(fours, target);
        var lane = new LoopVar("lane", WideAccess.Lanes, isLane: true);
        var place = Place([.. axes.SkipLast(1), new LoopVar("four", axes[^1].Extent / WideAccess.Lanes)], loop.Element);
        var at = axes.SkipLast(1).ToDictionary(v => v, v => place[v]);
        at[axes[^1]] = place.Single(p => !axes.Contains(p.Key)).Value * WideAccess.Lanes + lane;
        var body = Block.Of(stores.Select(s => new Store(s.Buffer, s.Index.Substitute(at), s.Value.Substitute(at))));
        return loop.Wrap(definition, [], GroupLoop.Below(loop.Element, fours, new For(lane, LoopKind.Vector, body)), WideAccess.Lanes);
    }
}
