namespace GraphForge.Compiler.Memory;

/// <summary>
/// Squeaky-wheel improvement: blocks that end above the lower bound are placed earlier the next time. Deterministic, and
/// bounded in work.
/// </summary>
internal static class PackingRepair
{
    private const int MaximumRounds = 600;

    /// <param name="blocks">The blocks.</param>
    /// <param name="order">Placement order of <paramref name="best"/>.</param>
    /// <param name="best">The packing to beat.</param>
    /// <param name="lowerBound">No packing is lower.</param>
    /// <param name="passes">How many packings the work limit allows.</param>
    public static Packing Improve(ArenaBlock[] blocks, int[] order, Packing best, long lowerBound, long passes)
    {
        var packing = new BlockPacking(blocks);
        var rounds = (int)Math.Min(MaximumRounds, passes);
        var rank = new double[blocks.Length];
        for (var i = 0; i < order.Length; i++) rank[order[i]] = i;
        for (var round = 0; round < rounds && best.Height > lowerBound; round++)
        {
            var bestFit = round % 2 == 1;
            var current = packing.Pack(order, bestFit)!.Value;
            if (current.Height < best.Height) best = current;
            for (var i = 0; i < blocks.Length; i++)
            {
                var excess = current.Bases[i] + blocks[i].Bytes - lowerBound;
                // Larger offenders and later rounds move further, so that cycles break.
                if (excess > 0) rank[i] -= blocks.Length * (0.1 + (double)excess / lowerBound) * (1 + round % 7);
            }
            order = Enumerable.Range(0, blocks.Length).OrderBy(i => rank[i]).ToArray();
        }
        return best;
    }
}
