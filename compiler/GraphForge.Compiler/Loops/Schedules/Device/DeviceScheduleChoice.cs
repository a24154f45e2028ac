using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Loops.Schedules.Device.Attention;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>Picks the schedule of a kernel for a device.</summary>
internal static class DeviceScheduleChoice
{
    /// <summary>Elements that a result combines from which threads share that.</summary>
    private const long LeastShared = 64;

    public static LoopKernel Build(KernelDefinition definition, GroupKind kind, GpuTarget target) => kind switch
    {
        GroupKind.Scatter => DeviceScatterSchedule.Build(definition, target),
        GroupKind.Sort => DeviceSortSchedule.Build(definition, target),
        GroupKind.Attention => DeviceAttentionSchedule.Build(definition, target),
        GroupKind.Rows => DeviceRowSchedule.Build(definition, target),
        GroupKind.Contraction when DeviceContractionSchedule.Build(definition, target) is { } kernel => kernel,
        GroupKind.Contraction or GroupKind.Reduction when IsShared(definition, target) => DeviceRowSchedule.Build(definition, target),
        GroupKind.Contraction or GroupKind.Reduction when DeviceColumnSchedule.Build(definition, target) is { } kernel => kernel,
        _ => DeviceMapSchedule.Build(definition, target),
    };

    /// <summary>
    /// Whether the threads of a group do better on one result together: where the elements of a result are neighbours, or where neither
    /// these nor results are and there are too few results for a thread each.
    /// </summary>
    private static bool IsShared(KernelDefinition definition, GpuTarget target)
    {
        var reductions = definition.Reductions();
        if (reductions.Count == 0 || reductions.Any(r => r.Match is not null || r.Body.DescendantsAndSelf().Any(e => e is ReduceExpr))) return false;
        var reduced = reductions.Max(r => r.ReducedVariables.Aggregate(1L, (p, v) => p * v.Extent));
        if (reduced < LeastShared) return false;
        if (definition.Rows.LastOrDefault(v => v.Extent > 1) is not { } innermost) return true;
        var bodies = reductions.Select(r => r.Body).ToArray();
        var (along, across) = (LaneAnalysis.Contiguity(bodies, reductions[0].ReducedVariables[^1]), LaneAnalysis.Contiguity(bodies, innermost));
        return along > across || along == across && definition.Rows.Aggregate(1L, (p, v) => p * v.Extent) * 4 < target.Parallelism / target.WarpThreads;
    }
}
