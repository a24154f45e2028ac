using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>A kernel scheduled in one of the ways a search tries.</summary>
/// <param name="Choice">The way, as <see cref="ScheduleChoiceText"/> writes it.</param>
/// <param name="Kernel">The kernel.</param>
public sealed record ScheduleCandidate(string Choice, LoopKernel Kernel);

/// <summary>What a search for schedules tries.</summary>
public static class ScheduleCandidates
{
    /// <summary>Modelled times beyond this multiple of the best are not worth the time to measure them.</summary>
    private const double Hopeless = 3;

    /// <summary>Whether there is a choice of schedules for a kernel.</summary>
    public static bool Exist(PlannedKernel kernel, CpuTarget target) =>
        kernel.Kind == GroupKind.Contraction && ContractionSchedule.Choices(kernel.Definition, target).Take(2).Count() == 2;

    /// <summary>
    /// Up to <paramref name="count"/> choices, the model's first. Two in three are the best of their tile and packing, since what
    /// the model ranks highest differs mostly in how the work is shared; the rest are the best that remain.
    /// </summary>
    public static IReadOnlyList<ScheduleCandidate> Of(KernelDefinition definition, CpuTarget target, int count)
    {
        var choices = ContractionSchedule.Choices(definition, target).OrderBy(c => c.Blocking.Cycles).ToArray();
        var worthwhile = choices.TakeWhile(c => c.Blocking.Cycles <= Hopeless * choices[0].Blocking.Cycles).ToArray();
        var kinds = worthwhile.DistinctBy(c =>
            (c.Shape.Choice, c.Blocking.Tile, c.Blocking.PacksVector, c.Blocking.Broadcast, c.Blocking.SumStep < c.Shape.Summed[0].Extent));
        return kinds.Take((2 * count + 2) / 3).Concat(worthwhile).Distinct().Take(count)
            .Select(c => new ScheduleCandidate(ScheduleChoiceText.Of(c.Shape, c.Blocking), ContractionSchedule.Build(definition, c.Shape, c.Blocking)))
            .ToArray();
    }

    /// <summary>The kernel in the plainest way, serial sums and no tiles: what every candidate has to agree with.</summary>
    public static LoopKernel Reference(KernelDefinition definition, CpuTarget target) => MapSchedule.Build(definition, target);

    /// <summary>Records that a program has a kernel for, and that kernel no longer such a choice; a line each.</summary>
    public static IReadOnlyList<string> Unusable(IEnumerable<PlannedKernel> kernels, CompilerOptions options)
    {
        if (options.Schedules.Count == 0) return [];
        return kernels.Where(k => k.Kind == GroupKind.Contraction)
            .Select(k => (k.Definition, Record: options.Schedules.Find(ScheduleKey.Of(k.Definition, options.Target))))
            .Where(k => k.Record is { Choice: not ScheduleRecord.Model } record &&
                !ContractionSchedule.Choices(k.Definition, options.Target).Any(c => ScheduleChoiceText.Of(c.Shape, c.Blocking) == record.Choice))
            .Select(k => $"{k.Definition.Name} has no schedule '{k.Record!.Choice}' any more; the model decides").ToArray();
    }
}
