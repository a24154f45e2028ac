using GraphForge.Compiler.Emit.Targets;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Register-tiled contraction. Steps: split the broadcast and the vector axis by the tile; unroll and jam both inside the
/// summed loops, so that a tile of accumulators stays in registers; peel what the tile does not divide; pack operands whose
/// elements lie far apart into dense panels; run the elementwise epilogue as the tile is stored.
/// </summary>
internal static class ContractionSchedule
{
    /// <summary>
    /// The choice on record where there is one, else that of least modelled time. Null when the contraction has no form a register
    /// tile can take.
    /// </summary>
    public static LoopKernel? Build(KernelDefinition definition, CpuTarget target, ScheduleRecords records)
    {
        var choices = Choices(definition, target).ToArray();
        if (choices.Length == 0) return null;
        var recorded = records.Count > 0 ? records.Find(ScheduleKey.Of(definition, target)) : null;
        var found = recorded is null ? -1 : Array.FindIndex(choices, c => ScheduleChoiceText.Of(c.Shape, c.Blocking) == recorded.Choice);
        var (shape, blocking) = found >= 0 ? choices[found] : choices.MinBy(c => c.Blocking.Cycles);
        return Build(definition, shape, blocking);
    }

    /// <summary>Every way to carry the contraction out that is worth a look, with its modelled time.</summary>
    public static IEnumerable<(ContractionShape Shape, ContractionBlocking Blocking)> Choices(KernelDefinition definition, CpuTarget target) =>
        ContractionShape.Candidates(definition, target).SelectMany(s => ContractionBlocking.Candidates(s, target).Select(b => (s, b)));

    public static LoopKernel Build(KernelDefinition definition, ContractionShape shape, ContractionBlocking blocking)
    {
        var rows = RowBlock.Count(shape, blocking);
        var groups = CeilingDivide(ContractionTask.Panels(shape, blocking), blocking.Panels);
        var task = new LoopVar("task", shape.BatchCount * rows * groups);
        var (element, number, group) = Place(shape, task, rows, groups);
        var batch = shape.Batch.Zip(IndexExpr.Unravel(element, shape.Batch.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);
        var block = new RowBlock(shape, blocking, number, batch);
        return TaskLoop.Wrap(definition, task, new ContractionTask(shape, blocking, block, group).Build(), shape.Lanes);
    }

    /// <summary>
    /// What a task is about. Some elements of the batch may skip steps that others do not: they take turns then, so that workers, who
    /// take a run of tasks each, have about as much to do.
    /// </summary>
    private static (IndexExpr Batch, IndexExpr Rows, IndexExpr Group) Place(ContractionShape shape, LoopVar task, long rows, long groups)
    {
        var batch = shape.BatchCount;
        var place = IndexExpr.Unravel(task, shape.Guard is null ? [batch, rows, groups] : [rows, groups, batch]);
        return shape.Guard is null ? (place[0], place[1], place[2]) : (place[2], place[0], place[1]);
    }
}
