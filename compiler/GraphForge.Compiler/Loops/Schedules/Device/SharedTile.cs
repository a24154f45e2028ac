namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>A matrix [depth, width] in shared memory, which the threads of a group fill together.</summary>
/// <param name="Buffer">The memory.</param>
/// <param name="Width">Elements of the width.</param>
/// <param name="Depth">Elements of the depth.</param>
/// <param name="WidthStride">From one place of the width to the next.</param>
/// <param name="DepthStride">Likewise of the depth.</param>
internal sealed record SharedTile(LoopBuffer Buffer, long Width, long Depth, long WidthStride, long DepthStride)
{
    public SharedTile(LoopBuffer buffer, long width, long depth)
        : this(buffer, width, depth, 1, width)
    {
    }

    /// <param name="thread">Number of the thread within its group.</param>
    /// <param name="alongDepth">Whether neighbours of memory follow each other along the depth, and not along the width.</param>
    /// <param name="value">What stands at a place of the width and one of the depth.</param>
    public Statement Fill(LoopVar thread, bool alongDepth, Func<IndexExpr, IndexExpr, Expr> value)
    {
        var (whole, rest) = Math.DivRem(Width * Depth, thread.Extent);
        return Block.Of([
            .. Enumerable.Range(0, (int)whole).Select(i => Copy(i * thread.Extent + (IndexExpr)thread)),
            .. rest == 0 ? [] : new[] { GroupLoop.Below(thread, rest, Copy(whole * thread.Extent + (IndexExpr)thread)) }]);

        Store Copy(IndexExpr element)
        {
            var (within, depth) = alongDepth ? (element / Depth, element % Depth) : (element % Width, element / Width);
            return new Store(Buffer, Index(depth, within), value(within, depth));
        }
    }

    /// <summary>Elements from the first to behind the last.</summary>
    public long Extent => Math.Max(Width * WidthStride, Depth * DepthStride);

    public LoadExpr At(IndexExpr depth, IndexExpr within) => new(Buffer, Index(depth, within));

    public IndexExpr Index(IndexExpr depth, IndexExpr within) => depth * DepthStride + within * WidthStride;
}
