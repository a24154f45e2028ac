using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>How many result elements a contraction keeps in registers at once.</summary>
/// <param name="Rows">Along the broadcast axis.</param>
/// <param name="Columns">Along the vector axis: vectors for lanes along the result, elements for lanes along the sum.</param>
/// <param name="VectorExtent">Elements along the vector axis: columns times lanes, or columns.</param>
public sealed record RegisterTile(int Rows, int Columns, long VectorExtent)
{
    /// <summary>
    /// As many accumulators as registers allow after the operands, so that the latency of a fused multiply-add (4 cycles at
    /// one or two a cycle) is hidden; the sides balanced, so that loads per multiply-add are few.
    /// </summary>
    public static RegisterTile For(ContractionShape shape, CpuTarget target)
    {
        var accumulators = target.VectorRegisters == 32 ? 24 : 12;
        var rows = shape.Broadcast?.Extent ?? 1;
        if (shape.Choice == LaneChoice.Summed)
        {
            var columns = (int)Math.Min(shape.Vector.Extent, 4);
            return new RegisterTile((int)Math.Min(rows, target.VectorRegisters == 32 ? 6 : 2), columns, columns);
        }
        var vectors = (shape.Vector.Extent + shape.Lanes - 1) / shape.Lanes;
        var width = (int)Math.Min(vectors, vectors == 4 ? 2 : 3);
        var height = (int)Math.Min(rows, Math.Min(accumulators / width, 14));
        return new RegisterTile(height, width, (long)width * shape.Lanes);
    }

    /// <summary>
    /// The scratch panel the vector operand is packed into, or null where reading it in place is as good: its rows lie near
    /// each other, or too few tiles would read the copy.
    /// </summary>
    public LoopBuffer? Panel(ContractionShape shape)
    {
        if (shape.Choice == LaneChoice.Summed) return null;
        if (shape.IsDirect && !RowsLieFarApart(shape)) return null;
        return new LoopBuffer("panel", shape.Sum.Type, shape.SummedExtent * VectorExtent);
    }

    private bool RowsLieFarApart(ContractionShape shape)
    {
        const int farElements = 128, manyRows = 64;
        var innermost = shape.Summed[^1];
        var stride = ((LoadExpr)shape.VectorOperand).Index.Coefficient(innermost);
        return Math.Abs(stride) >= farElements && innermost.Extent >= manyRows && (shape.Broadcast?.Extent ?? 1) >= 4 * Rows;
    }
}
