using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// One value per element of a domain, a thread an element: neighbours in the innermost axis are neighbours in a warp, so that its
/// accesses are whole lines. Reductions inside a value are serial loops; a loop over iterations runs within the thread.
/// </summary>
internal static class DeviceMapSchedule
{
    public static LoopKernel Build(KernelDefinition definition, GpuTarget target)
    {
        var before = definition.Serial?.Before ?? [];
        var indices = definition.Stores.Concat(before).SelectMany(s => AxisCollapse.IndicesOf(s.Value).Append(s.Index));
        var (axes, values) = AxisCollapse.Of(definition.Rows, indices, "i");
        var elements = axes.Aggregate(1L, (p, v) => p * v.Extent);
        var loop = GroupLoop.OverElements(elements, target);
        var place = axes.Zip(IndexExpr.Unravel(loop.Element, axes.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);
        var body = TaskLoop.Iterate(definition, before.Count > 0 ? Part(before) : null, Part(definition.Stores));
        return loop.Wrap(definition, [], GroupLoop.Below(loop.Element, elements, body));

        Statement Part(IReadOnlyList<StoreDefinition> stores) => MapSchedule.Body([.. stores.Select(s => s.Substitute(axes, values))], null, 1, place);
    }
}
