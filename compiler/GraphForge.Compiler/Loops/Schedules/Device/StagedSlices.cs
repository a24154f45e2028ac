namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// A loop over slices of a sum: while threads work on one, the next is fetched; there are two places in shared memory in turn, so that one
/// barrier a slice is enough.
/// </summary>
/// <param name="operands">What is staged.</param>
/// <param name="count">Number of slices.</param>
/// <param name="depth">Summed elements of a slice.</param>
internal sealed class StagedSlices(IReadOnlyList<StagedOperand> operands, long count, long depth)
{
    /// <summary>Places of a slice in shared memory.</summary>
    public static long Places(long count) => count > 1 ? 2 : 1;

    /// <param name="work">What is done with the slice at a place.</param>
    public Block Build(Func<IndexExpr, Statement> work)
    {
        var slice = new LoopVar("slice", count);
        var first = Block.Of([.. operands.Select(o => o.Registers), .. operands.Select(o => o.Fetch(0)), .. operands.Select(o => o.Put(0)), new GroupBarrier()]);
        if (count == 1) return Block.Of(first, work(0));
        var hasNext = InBoundsExpr.Of(slice, 0, count - 1);
        return Block.Of(first, new For(slice, LoopKind.Serial, Block.Of(
            new If(hasNext, Block.Of(operands.Select(o => o.Fetch(((IndexExpr)slice + 1) * depth)))),
            work((IndexExpr)slice % 2),
            new If(hasNext, Block.Of(operands.Select(o => o.Put(((IndexExpr)slice + 1) % 2)))),
            new GroupBarrier()), note: $"Slices of {depth} summed elements."));
    }
}
