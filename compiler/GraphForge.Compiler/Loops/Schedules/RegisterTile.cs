using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>How many elements of each result a contraction keeps in registers at once.</summary>
/// <param name="Rows">Along the broadcast axis.</param>
/// <param name="Columns">Along the vector axis: vectors for lanes along the result, elements for lanes along the sum.</param>
/// <param name="VectorExtent">Elements along the vector axis: columns times lanes, or columns.</param>
public sealed record RegisterTile(int Rows, int Columns, long VectorExtent)
{
    /// <summary>A tile and an unrolled step of it must stay readable, and beyond this nothing is gained.</summary>
    private const int MostRows = 14;

    /// <summary>Rows that keep multiply-adds busy while each waits for the one before into its register.</summary>
    private const int FewestRows = 4;

    /// <summary>
    /// The tiles worth a look: each width with the greatest height that leaves registers for the operands, which is lowered
    /// until the rows are shared evenly, since a tile of few rows runs at a fraction of the speed; and with the greatest that leaves no
    /// rows over, unless a step reads several operands for them.
    /// </summary>
    public static IEnumerable<RegisterTile> Candidates(ContractionShape shape, CpuTarget target)
    {
        var accumulators = target.VectorRegisters == 32 ? 24 : 12;
        if (shape.Choice == LaneChoice.Summed) return [Summed(shape, accumulators)];
        var vectors = (shape.Vector.Extent + shape.Lanes - 1) / shape.Lanes;
        var widest = Math.Min(vectors, Math.Max(1, accumulators / shape.Terms.Count));
        return from width in Enumerable.Range(1, (int)Math.Min(widest, shape.Rows < 4 ? 8 : 4))
               from height in Heights(shape, Math.Clamp(accumulators / (width * shape.Terms.Count), 1, MostRows))
               select new RegisterTile(height, width, (long)width * shape.Lanes);
    }

    private static IEnumerable<int> Heights(ContractionShape shape, int most)
    {
        var rows = shape.Rows;
        var tiles = (rows + most - 1) / most;
        var shared = (int)((rows + tiles - 1) / tiles);
        yield return shared;
        if (shape.Terms.Count > 1 || rows % shared == 0) yield break;
        var even = shared - 1;
        while (even >= FewestRows && rows % even != 0) even--;
        if (even >= FewestRows) yield return even;
    }

    /// <summary>
    /// A register for each sum: rows and columns as near each other as registers allow, so that every vector loaded serves several.
    /// </summary>
    private static RegisterTile Summed(ContractionShape shape, int accumulators)
    {
        var rows = (int)Math.Min(shape.Rows, accumulators == 24 ? 6 : 2);
        var columns = (int)Math.Min(shape.Vector.Extent, 4);
        return new RegisterTile(rows, columns, columns);
    }
}
