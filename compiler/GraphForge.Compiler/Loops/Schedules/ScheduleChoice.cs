using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Loops.Schedules.Attention;
using GraphForge.Compiler.Loops.Schedules.Depthwise;
using GraphForge.Compiler.Loops.Schedules.Winograd;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>Picks the schedule for a kernel: what a search has recorded for it, or what a model of the processor says.</summary>
public static class ScheduleChoice
{
    public static LoopKernel Build(KernelDefinition definition, GroupKind kind, CpuTarget target, ScheduleRecords records) => kind switch
    {
        GroupKind.Scatter => ScatterSchedule.Build(definition),
        GroupKind.Sort => SortSchedule.Build(definition, target),
        GroupKind.Attention => AttentionSchedule.Build(definition, target),
        GroupKind.Rows => RowSchedule.Build(definition, target),
        GroupKind.Contraction when Transformed(definition, target) is { } kernel => kernel,
        GroupKind.Contraction when ContractionSchedule.Build(definition, target, records) is { } kernel => kernel,
        GroupKind.Contraction when DepthwiseSchedule.Build(definition, target) is { } kernel => kernel,
        GroupKind.Reduction when ReducesContiguously(definition) => RowSchedule.Build(definition, target),
        GroupKind.Reduction when ColumnSchedule.Build(definition, target) is { } kernel => kernel,
        GroupKind.Map when TransposedCopy.Build(definition, target) is { } kernel => kernel,
        _ => MapSchedule.Build(definition, target),
    };

    /// <summary>The forms of a contraction that are no matter of tiles; null where it has none of them.</summary>
    internal static LoopKernel? Transformed(KernelDefinition definition, CpuTarget target) =>
        WinogradSchedule.Build(definition, target) ?? TransformSchedule.Build(definition, target);

    /// <summary>Whether lanes do better along the innermost reduced variable than along the innermost result variable.</summary>
    private static bool ReducesContiguously(KernelDefinition definition)
    {
        var reductions = definition.Reductions();
        if (reductions.Count == 0) return false;
        if (definition.Rows.LastOrDefault(v => v.Extent > 1) is not { } result) return true;
        var bodies = reductions.Select(r => r.Body).ToArray();
        var window = reductions.Max(r => r.ReducedVariables.Aggregate(1L, (p, v) => p * v.Extent));
        if (window <= 64 || reductions.Any(r => r.Body.DescendantsAndSelf().Any(e => e is ReduceExpr))) return false;
        return LaneAnalysis.Contiguity(bodies, reductions[0].ReducedVariables[^1]) > LaneAnalysis.Contiguity(bodies, result);
    }
}
