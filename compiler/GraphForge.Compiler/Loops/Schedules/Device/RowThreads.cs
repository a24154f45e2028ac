namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>Neighbouring threads of a group that combine what they have.</summary>
/// <param name="Thread">Number of the thread within its group.</param>
/// <param name="PerRow">How many there are; a power of 2.</param>
/// <param name="Exchanging">How many of them can read each other's registers; 1 where none can.</param>
internal sealed record RowThreads(LoopVar Thread, long PerRow, long Exchanging)
{
    /// <summary>Number, within its group, of the first of them.</summary>
    public IndexExpr First => (IndexExpr)Thread / PerRow * PerRow;

    /// <summary>Number of the thread among them.</summary>
    public IndexExpr Number => (IndexExpr)Thread % PerRow;

    public static RowThreads Of(LoopVar thread, long perRow, Emit.Targets.GpuTarget target) =>
        new(thread, perRow, target.HasShuffles && thread.Extent % target.WarpThreads == 0 ? Math.Min(perRow, target.WarpThreads) : 1);
}
