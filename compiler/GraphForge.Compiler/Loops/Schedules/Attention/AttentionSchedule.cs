using GraphForge.Compiler.Emit.Targets;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// Sums over a matrix of scores that is never stored. A block of rows is worked on at a time: its scores for all keys are computed
/// into scratch memory, reduced and changed there pass by pass, and summed with the rows of other operands. Without limits on the
/// number of keys, exact reductions of whole rows cost as little as running ones, which would have to be corrected after every
/// block of keys; and any function of a row may stand between the contractions.
/// </summary>
/// <remarks>
/// A task is a block of rows. Where keys have sums, which every row adds to, a task takes all rows that share keys, block after
/// block, so that the order of additions is fixed; or, where that makes too few tasks, a block of keys and all rows.
/// </remarks>
public static class AttentionSchedule
{
    /// <summary>Most rows of a block: their scores of a few hundred keys stay in the first-level cache.</summary>
    private const long MostRows = 32;

    /// <summary>Keys of a task that sums columns alone.</summary>
    private const long TaskKeys = 64;

    private const long EnoughTasks = 8;

    /// <summary>Rows that fill half a vector or more.</summary>
    private const long LeastRows = 8;

    public static LoopKernel Build(KernelDefinition definition, CpuTarget target)
    {
        var scores = definition.Scores!;
        var product = definition.Stores.First(s => scores.IsMatrix(s) && ScorePass.ReductionIn(s) is not null);
        var lanes = target.VectorBytes / Runtime.DTypes.Size(ScorePass.ReductionIn(product)!.Type);
        if (AreFew(scores.Row.Extent)) return FewRows.Build(definition, target, lanes);
        var blockRows = BlockRows(scores.Row.Extent, lanes);
        var block = new LoopVar("block", (scores.Row.Extent + blockRows - 1) / blockRows);
        var ofKeys = definition.Results.Where(s => ScoreSum.IsOfKeys(s, scores)).ToArray();
        var shared = definition.Rows.Where(v => ofKeys.Any(s => !s.Domain.Contains(v))).ToArray();
        var tasks = definition.Rows.Except(shared).Aggregate(1L, (p, v) => p * v.Extent);
        var blockKeys = ofKeys.Length == definition.Results.Count() && SplitsKeys(tasks, scores.Key.Extent) ? TaskKeys : scores.Key.Extent;
        var blocks = new ScoreBlocks(definition, target, lanes, blockRows, blockKeys);
        if (ofKeys.Length > 0) return OverKeys(definition, blocks, [.. shared, block], blockKeys, lanes);
        var body = Block.Of([.. blocks.Allocations(), blocks.Build(Spread(block, blocks), new ScoreRange(0, scores.Key.Extent))]);
        return TaskLoop.OverRows(definition, [.. definition.Rows, block], null, body, blocks.Work * blockRows, lanes);
    }

    /// <summary>Whether so few rows share keys that lanes run along keys and not along rows: a token that is decoded.</summary>
    public static bool AreFew(long rows) => rows < LeastRows;

    /// <summary>
    /// Whether sums of keys should have a kernel of their own, with a task for some keys: computing the scores once more costs less
    /// than leaving workers idle.
    /// </summary>
    /// <param name="tasks">Matrices with keys of their own.</param>
    /// <param name="keys">Keys of a matrix.</param>
    public static bool SplitsKeys(long tasks, long keys) => tasks < EnoughTasks && keys >= 2 * TaskKeys;

    /// <summary>Tasks that each have their own keys; <paramref name="inside"/> runs over the rows that share them.</summary>
    private static LoopKernel OverKeys(KernelDefinition definition, ScoreBlocks blocks, LoopVar[] inside, long blockKeys, int lanes)
    {
        var keys = definition.Scores!.Key.Extent;
        var outer = definition.Rows.Except(inside).ToArray();
        var (whole, rest) = Math.DivRem(keys, blockKeys);
        var keyBlock = new LoopVar("keys", whole + (rest > 0 ? 1 : 0));
        var first = Spread(keyBlock, blocks);
        var body = Block.Of(
        [
            .. blocks.Allocations(),
            ScoreBlock.When(first, 0, whole, Of(new ScoreRange(first * blockKeys, blockKeys))),
            rest == 0 ? Block.Of() : ScoreBlock.When(first, whole, whole + 1, Of(new ScoreRange(whole * blockKeys, rest))),
        ]);
        var work = blocks.Work * definition.Scores.Row.Extent * inside.SkipLast(1).Aggregate(1.0, (p, v) => p * v.Extent) / keyBlock.Extent;
        return TaskLoop.OverRows(definition, [.. outer, keyBlock], null, body, work, lanes);

        Statement Of(ScoreRange range) => blocks.WithTotals(range, For.Nest(inside, blocks.Build(inside[^1], range)));
    }

    /// <summary>
    /// The blocks in another order, in which neighbours lie far apart: workers take neighbouring tasks, and where later blocks are more
    /// work than earlier ones each should have some of both.
    /// </summary>
    private static IndexExpr Spread(LoopVar block, ScoreBlocks blocks)
    {
        if (!blocks.IsUneven || block.Extent < 4) return block;
        var step = (long)(block.Extent * 0.382);
        while (GreatestCommonDivisor(step, block.Extent) != 1) step++;
        return (IndexExpr)block * step % block.Extent;
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
