using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// Sums over a matrix of scores that is never stored. A task takes a block of rows: it computes their scores for all keys into
/// scratch memory, reduces and changes them there pass by pass, and sums them with the rows of other operands. Where keys have
/// sums, which every row adds to, a task takes all rows that share keys, block after block, so that the order is fixed.
/// </summary>
public static class AttentionSchedule
{
    /// <summary>Most rows of a block: their scores of a few hundred keys stay in the first-level cache.</summary>
    private const long MostRows = 32;

    public static LoopKernel Build(KernelDefinition definition, CpuTarget target)
    {
        var scores = definition.Scores!;
        var product = definition.Stores.First(s => scores.IsMatrix(s) && ScorePass.ReductionIn(s) is not null);
        var lanes = target.VectorBytes / Runtime.DTypes.Size(ScorePass.ReductionIn(product)!.Type);
        var rows = scores.Row.Extent;
        var width = BlockRows(rows, lanes);
        var blocks = new ScoreBlocks(definition, target, lanes, width);
        var block = new LoopVar("block", (rows + width - 1) / width);
        var ofKeys = definition.Stores.Where(s => ScoreSum.IsOfKeys(s, scores)).ToArray();
        if (ofKeys.Length == 0)
            return TaskLoop.OverRows(definition, [.. definition.Rows, block], null, blocks.Build(block), blocks.Work * width, lanes);
        var shared = definition.Rows.Where(v => ofKeys.Any(s => !s.Domain.Contains(v))).ToArray();
        var body = For.Nest([.. shared, block], blocks.Build(block));
        var outer = definition.Rows.Except(shared).ToArray();
        return TaskLoop.OverRows(definition, outer, null, blocks.WithTotals(body), blocks.Work * rows * shared.Aggregate(1.0, (p, v) => p * v.Extent), lanes);
    }

    /// <summary>Blocks of one size where that wastes no lane, else of whole vectors.</summary>
    private static long BlockRows(long rows, int lanes)
    {
        var most = Math.Min(MostRows, 4 * lanes);
        var blocks = (rows + most - 1) / most;
        if (rows % blocks == 0) return rows / blocks;
        return ((rows + blocks - 1) / blocks + lanes - 1) / lanes * lanes;
    }
}
