using GraphForge.Compiler.Emit.Targets;
using GraphForge.Runtime;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>How a task copies its rows of the broadcast operand first.</summary>
internal enum BroadcastPacking
{
    /// <summary>Read in place.</summary>
    None,

    /// <summary>The rows of a tile side by side for each summed element: where those are neighbours in memory anyhow.</summary>
    SideBySide,

    /// <summary>Each row by itself, at a stride that keeps the rows of a tile in different cache sets.</summary>
    Rows,
}

/// <summary>
/// How a contraction is cut into tasks, and which operands a task packs first: the choice of least modelled time. A task takes a
/// run of row units (tiles of rows, or whole rows of the outer variables where there are such) and a run of panels, which are as
/// many columns as a tile has. Times are in cycles of one multiply-add a cycle; they do not depend on the number of workers.
/// </summary>
/// <param name="Tile">The register tile.</param>
/// <param name="RowUnits">Row units of a task.</param>
/// <param name="Panels">Panels of a task.</param>
/// <param name="SumStep">Values of the outermost summed variable before packed operands make way for the next.</param>
/// <param name="PacksVector">Whether each panel of the vector operands is copied into dense rows first.</param>
/// <param name="Broadcast">How a task's rows of the broadcast operand are copied.</param>
internal sealed record ContractionBlocking(RegisterTile Tile, long RowUnits, long Panels, long SumStep, bool PacksVector, BroadcastPacking Broadcast)
{
    private const long FirstLevelBytes = 24 * 1024;

    /// <summary>What a task may count on of the second level of the cache.</summary>
    public const long SecondLevelBytes = 384 * 1024;

    /// <summary>Cycles to load a vector that the first, the second or the third level of the cache holds.</summary>
    private const double FirstLevelCycles = 1, SecondLevelCycles = 2, ThirdLevelCycles = 5;

    /// <summary>Share of the loading time that arithmetic does not hide.</summary>
    private const double Exposed = 0.25;

    /// <summary>Cycles to copy one vector into a panel: plainly, turned over in registers, or gathered lane by lane.</summary>
    private const double CopyCycles = 12, TransposeCycles = 16, GatherCycles = 40;

    /// <summary>Cycles to get to a row of the vector operand, which is a page or a cache set away from the one before.</summary>
    private const double RowStartCycles = 12;

    /// <summary>What reading rows that lie far apart, a page or a cache set from another, costs beside the arithmetic.</summary>
    private const double FarPenalty = 1.25, BroadcastPenalty = 1.2;

    /// <summary>
    /// What a tile of another size costs for rows or columns left over, as a share of all and in cycles at most: its code is compiled, and
    /// kept in the cache of instructions, beside that of the whole ones.
    /// </summary>
    private const double TileSizeCost = 0.06, MostTileSizeCycles = 1e6;

    /// <summary>Numbers of workers among which tasks should be shared evenly.</summary>
    private static readonly int[] TeamSizes = [1, 2, 4, 8];

    /// <summary>Work below which a kernel is one task: handing out shares would show.</summary>
    private const double SharedCycles = 6000;

    public double Cycles { get; private init; }

    public static IEnumerable<ContractionBlocking> Candidates(ContractionShape shape, CpuTarget target) =>
        from tile in RegisterTile.Candidates(shape, target)
        let units = shape.OuterRowCount > 1 ? shape.OuterRowCount : CeilingDivide(shape.Rows, tile.Rows)
        let panels = CeilingDivide(shape.Vector.Extent, tile.VectorExtent)
        from sumStep in SumSteps(shape)
        from packsVector in VectorPackings(shape)
        from broadcast in BroadcastPackings(shape)
        from rowUnits in broadcast == BroadcastPacking.SideBySide ? Shares(units, StripTiles(shape, tile)) : Shares(units, 1)
        from taskPanels in Shares(panels, 1)
        select new ContractionBlocking(tile, rowUnits, taskPanels, sumStep, packsVector, broadcast).Timed(shape);

    /// <summary>Ways to cut a number of things into runs of about one length, a multiple of <paramref name="unit"/>.</summary>
    private static IEnumerable<long> Shares(long count, long unit) =>
        new long[] { 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128 }.Where(parts => parts <= count).Append(count)
            .Select(parts => CeilingDivide(CeilingDivide(count, parts), unit) * unit).Distinct();

    /// <summary>All of the sum, or stretches of about so many elements; whole vectors where blocks of them are copied.</summary>
    private static IEnumerable<long> SumSteps(ContractionShape shape)
    {
        var (cut, inner) = (shape.Summed[0].Extent, shape.SummedExtent / shape.Summed[0].Extent);
        yield return cut;
        if (shape.Choice == LaneChoice.Summed) yield break;
        foreach (var wanted in new long[] { 256, 512 })
        {
            var stretches = shape.SummedExtent / wanted;
            var step = CeilingDivide(cut, Math.Max(1, stretches));
            if (inner == 1 || shape.Panel!.Turned == shape.Summed[0]) step = CeilingDivide(step, shape.Lanes) * shape.Lanes;
            if (stretches > 1 && step * inner <= 4 * wanted && step < cut) yield return step;
        }
    }

    /// <summary>The fewest tiles whose rows are whole vectors.</summary>
    private static long StripTiles(ContractionShape shape, RegisterTile tile) => shape.Lanes / GreatestCommonDivisor(shape.Lanes, tile.Rows);

    /// <summary>Tiles whose rows stand side by side when packed so.</summary>
    public long StripTiles(ContractionShape shape) => StripTiles(shape, Tile);

    private static bool[] VectorPackings(ContractionShape shape) =>
        shape.Choice == LaneChoice.Summed ? [false] : shape.IsDirect ? [false, true] : [true];

    /// <summary>What is more than a load is computed once for all tiles of a row.</summary>
    private static BroadcastPacking[] BroadcastPackings(ContractionShape shape) => IsComputed(shape)
        ? [shape.OuterRowCount == 1 && IsSideBySide(shape) ? BroadcastPacking.SideBySide : BroadcastPacking.Rows]
        : IsBroadcastFar(shape) ? [BroadcastPacking.None, BroadcastPacking.SideBySide]
        : SharesSets(shape) ? [BroadcastPacking.None, BroadcastPacking.Rows] : [BroadcastPacking.None];

    private static bool IsComputed(ContractionShape shape) => shape.Choice == LaneChoice.Result && shape.BroadcastOperand is not LoadExpr;

    private static bool IsSideBySide(ContractionShape shape) => shape.Broadcast is { } rows &&
        Loads.Of(shape.BroadcastOperand).Where(l => l.Index.Variables.Contains(shape.Summed[^1])).All(l => LaneAnalysis.IsContiguous(l.Index, rows));

    /// <summary>Whether rows are neighbours in memory, and steps of the sum are not.</summary>
    private static bool IsBroadcastFar(ContractionShape shape) =>
        PackableRows(shape) is { } load && LaneAnalysis.IsContiguous(load.Index, shape.Broadcast!) && Math.Abs(load.Index.Coefficient(shape.Summed[^1])) >= 16;

    /// <summary>Whether rows lie so that a tile of many finds no place for all in the first-level cache at once.</summary>
    private static bool SharesSets(ContractionShape shape) =>
        PackableRows(shape) is { } load && LaneAnalysis.IsContiguous(load.Index, shape.Summed[^1]) && LaneAnalysis.IsAffine(load.Index, shape.Broadcast!) &&
        load.Index.Coefficient(shape.Broadcast!) * shape.Type.Size() % 2048 == 0 && shape.SummedExtent >= 64;

    private static LoadExpr? PackableRows(ContractionShape shape) =>
        shape.Choice == LaneChoice.Result && shape.OuterRowCount == 1 && shape.Broadcast is not null ? shape.BroadcastOperand as LoadExpr : null;

    private static bool IsVectorFar(ContractionShape shape) => shape.Terms.Any(t =>
        t.VectorOperand is LoadExpr load && Math.Abs(load.Index.Coefficient(shape.Summed[^1])) >= 128) && shape.Summed[^1].Extent >= 64;

    private ContractionBlocking Timed(ContractionShape shape)
    {
        var units = shape.OuterRowCount > 1 ? shape.OuterRowCount : CeilingDivide(shape.Rows, Tile.Rows);
        var panels = CeilingDivide(shape.Vector.Extent, Tile.VectorExtent);
        var (rowBlocks, panelGroups) = (CeilingDivide(units, RowUnits), CeilingDivide(panels, Panels));
        var tasks = shape.BatchCount * rowBlocks * panelGroups;
        var once = shape.Choice == LaneChoice.Summed ? SummedCycles(shape) : ResultCycles(shape);
        if (PacksVector) once += rowBlocks * PackVectorCycles(shape);
        if (Broadcast != BroadcastPacking.None) once += panelGroups * PackBroadcastCycles(shape);
        var total = shape.BatchCount * once;
        var uneven = total < SharedCycles ? 1 : TeamSizes.Average(size => (double)CeilingDivide(tasks, size) * size / tasks);
        return this with { Cycles = total * uneven + tasks * 200 };
    }

    /// <summary>Tiles of a task's rows.</summary>
    public long TaskTiles(ContractionShape shape) => shape.OuterRowCount > 1 ? RowUnits * CeilingDivide(shape.Rows, Tile.Rows) : RowUnits;

    private long Stretches(ContractionShape shape) => CeilingDivide(shape.Summed[0].Extent, SumStep);

    /// <summary>Elements of the sum in a stretch.</summary>
    private long StretchExtent(ContractionShape shape) => SumStep * (shape.SummedExtent / shape.Summed[0].Extent);

    /// <summary>Rows of a task, those of a last tile included that there may not be.</summary>
    public long TaskRows(ContractionShape shape) => shape.OuterRowCount > 1 ? RowUnits * shape.Rows : RowUnits * Tile.Rows;

    /// <summary>All tiles of one batch element with lanes along the result.</summary>
    private double ResultCycles(ContractionShape shape)
    {
        var vectors = CeilingDivide(shape.Vector.Extent, shape.Lanes);
        var (panels, lastVectors) = Math.DivRem(vectors, Tile.Columns);
        var (tiles, lastRows) = Math.DivRem(shape.Rows, (long)Tile.Rows);
        var rows = tiles * Row(Tile.Rows) + (lastRows > 0 ? Row(lastRows) : 0);
        var far = !PacksVector && IsVectorFar(shape) && shape.Rows > 4 * Tile.Rows ? FarPenalty : 1;
        var cycles = shape.OuterRowCount * rows * far * (Broadcast == BroadcastPacking.None ? BroadcastPenaltyOf(shape) : 1);
        var sizes = (lastRows > 0 && tiles > 0 ? 2 : 1) * (lastVectors > 0 && panels > 0 ? 2 : 1);
        return cycles + (sizes - 1) * Math.Min(TileSizeCost * cycles, MostTileSizeCycles);

        double Row(long height) => panels * TileCycles(shape, height, Tile.Columns) + (lastVectors > 0 ? TileCycles(shape, height, lastVectors) : 0);
    }

    private double BroadcastPenaltyOf(ContractionShape shape) =>
        IsBroadcastFar(shape) && shape.SummedExtent >= 64 || SharesSets(shape) && Tile.Rows > 6 ? BroadcastPenalty : 1;

    private double TileCycles(ContractionShape shape, long rows, long vectors)
    {
        var loads = vectors * shape.Terms.Count;
        var step = Math.Max(rows * loads, 4) + Exposed * (loads * PanelLoadCycles(shape) + rows * (1 + RowLoadCycles(shape) / 16)) + 0.5;
        var stretches = Stretches(shape);
        return shape.SummedExtent * step + stretches * 30 + rows * loads * (stretches == 1 ? 4 : 4 + stretches * 5);
    }

    private long PanelBytes(ContractionShape shape) =>
        (PacksVector ? shape.Panel!.Rows(StretchExtent(shape)) * shape.Panel.Width(Tile.VectorExtent, shape.Lanes) : StretchExtent(shape) * Tile.VectorExtent) *
        shape.Terms.Count * 4;

    private long RowBytes(ContractionShape shape) => Math.Min(TaskRows(shape), shape.OuterRowCount * shape.Rows) * StretchExtent(shape) * 4;

    /// <summary>A panel is swept by every tile of the task, its rows by every panel.</summary>
    private double PanelLoadCycles(ContractionShape shape) => PanelBytes(shape) <= FirstLevelBytes ? FirstLevelCycles
        : PanelBytes(shape) + (Panels > 1 ? RowBytes(shape) : 0) <= SecondLevelBytes || PanelBytes(shape) <= SecondLevelBytes / 3 ? SecondLevelCycles
        : ThirdLevelCycles;

    private double RowLoadCycles(ContractionShape shape) =>
        Panels > 1 && PanelBytes(shape) + RowBytes(shape) <= SecondLevelBytes ? SecondLevelCycles : ThirdLevelCycles;

    /// <summary>Nothing is packed or blocked: operands that many tiles sweep must stay in the cache by themselves.</summary>
    private static double SummedCycles(ContractionShape shape)
    {
        var vectors = CeilingDivide(shape.Summed[^1].Extent, shape.Lanes) * (shape.SummedExtent / shape.Summed[^1].Extent);
        var isSwept = shape.Rows > 6 && shape.Vector.Extent * shape.SummedExtent * 4 > SecondLevelBytes;
        return shape.OuterRowCount * shape.Rows * shape.Vector.Extent * (vectors * (shape.Rows == 1 ? 1.3 : isSwept ? ThirdLevelCycles / 2 : 1.1) + 12);
    }

    private double PackVectorCycles(ContractionShape shape) =>
        shape.Panel!.Rows(shape.SummedExtent) * PanelVectors(shape) * shape.Terms.Count *
        (shape.IsDirect || IsComputedInLanes(shape) ? CopyCycles + RowStartCycles / Tile.Columns + shape.Terms.Max(t => Cost.OfValue(t.VectorOperand))
            : shape.Panel.Turns(0, Math.Min(shape.Vector.Extent, Tile.VectorExtent), isOnly: shape.Vector.Extent <= Tile.VectorExtent, shape.Lanes) ? TransposeCycles : GatherCycles);

    /// <summary>Vectors in a row of all panels together: each has the columns that windows reach beyond it.</summary>
    private long PanelVectors(ContractionShape shape)
    {
        var (whole, rest) = Math.DivRem(shape.Vector.Extent, Tile.VectorExtent);
        return (whole * shape.Panel!.Width(Tile.VectorExtent, shape.Lanes) + (rest > 0 ? shape.Panel.Width(rest, shape.Lanes) : 0)) / shape.Lanes;
    }

    /// <summary>Whether a vector operand is computed from vectors of neighbours.</summary>
    private static bool IsComputedInLanes(ContractionShape shape) => shape.Terms.All(t => t.VectorOperand is not (LoadExpr or SelectExpr { IsGuard: true })) &&
        shape.Terms.SelectMany(t => Loads.Of(t.VectorOperand)).All(l => !l.Index.Variables.Contains(shape.Vector) || LaneAnalysis.IsContiguous(l.Index, shape.Vector));

    private double PackBroadcastCycles(ContractionShape shape) => Broadcast == BroadcastPacking.Rows
        ? CeilingDivide(shape.SummedExtent, shape.Lanes) * shape.Rows * PackedRowCycles(shape)
        : shape.SummedExtent * CeilingDivide(shape.Rows, shape.Lanes) * PackedRowCycles(shape);

    /// <summary>Packed rows beyond the second level are written to the third, and read from there again.</summary>
    private double PackedRowCycles(ContractionShape shape) => Cost.OfValue(shape.BroadcastOperand) +
        (PanelBytes(shape) + RowBytes(shape) <= SecondLevelBytes ? CopyCycles : 4 * CopyCycles);
}
