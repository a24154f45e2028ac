using GraphForge.Compiler.Emit.Targets;
using GraphForge.Runtime;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// How a contraction is cut for tensor cores: a warp computes a few results of 16 rows and 8 columns each, from slices in shared memory.
/// </summary>
/// <param name="WarpRows">Warps of a group along rows.</param>
/// <param name="WarpColumns">Warps of a group along columns.</param>
/// <param name="RowBlocks">Blocks of 16 rows of a warp.</param>
/// <param name="ColumnBlocks">Blocks of 8 columns of a warp, for each sum.</param>
/// <param name="Element">What is multiplied: float32 stands for its nearest value of 10 bits behind the point.</param>
internal sealed record TensorTile(int WarpRows, int WarpColumns, int RowBlocks, int ColumnBlocks, DType Element)
{
    /// <summary>Threads of a warp: the instruction knows no other number.</summary>
    public const int WarpThreads = 32;

    /// <summary>Rows and columns of a product, and how many words of 32 bits are summed in one.</summary>
    public const int BlockRows = 16, BlockColumns = 8, BlockWords = 8;

    /// <summary>Words of a slice.</summary>
    public const int Words = 16;

    /// <summary>Words from one row of a slice to the next: 8 rows with 4 words each lie in 32 different banks.</summary>
    public const int Pitch = Words + 4;

    public int Rows => WarpRows * RowBlocks * BlockRows;

    public int Columns => WarpColumns * ColumnBlocks * BlockColumns;

    public int Threads => WarpThreads * WarpRows * WarpColumns;

    /// <summary>Summed elements in a word.</summary>
    public int ElementsPerWord => Element.Size() == 2 ? 2 : 1;

    /// <summary>Summed elements of a slice.</summary>
    public int Depth => Words * ElementsPerWord;

    /// <summary>The tile of least modelled time; null where none fits, or tensor cores may not be used.</summary>
    public static TensorTile? Best(DeviceContractionShape shape, GpuTarget target)
    {
        if (target.WarpThreads != WarpThreads || shape.RowCount < BlockRows || shape.ColumnCount < BlockColumns || ElementOf(shape, target) is not { } element) return null;
        var tiles =
            from warpRows in new[] { 1, 2, 4 }
            from warpColumns in new[] { 1, 2, 4 }
            from rowBlocks in new[] { 1, 2, 4 }
            from columnBlocks in new[] { 1, 2, 4, 8 }
            let tile = new TensorTile(warpRows, warpColumns, rowBlocks, columnBlocks, element)
            where tile.Rows < 2 * shape.RowCount && tile.Columns < 2 * shape.ColumnCount && tile.Fits(shape, target)
            select tile;
        return tiles.MinBy(t => t.Cycles(shape, target));
    }

    /// <summary>Floats of 16 bits as they are; float32 where it may be rounded.</summary>
    private static DType? ElementOf(DeviceContractionShape shape, GpuTarget target)
    {
        if (target.TensorCores == TensorCoreUse.None || shape.Shared.Type != DType.Float32 || shape.Own.Any(o => o.Type != DType.Float32)) return null;
        foreach (var half in new[] { DType.BFloat16, DType.Float16 })
            if (shape.Own.Append(shape.Shared).All(o => RoundExpr.Of(half, o) == o)) return half;
        return target.TensorCores == TensorCoreUse.RoundedFloats ? DType.Float32 : null;
    }

    private bool Fits(DeviceContractionShape shape, GpuTarget target) =>
        Threads <= target.UsualThreads && SharedBytes(shape) <= target.SharedBytes && Registers(shape) <= 2 * target.ThreadRegisters;

    private long SharedBytes(DeviceContractionShape shape) => StagedSlices.Places(CeilingDivide(shape.SummedCount, Depth)) * (Rows + (long)Columns * shape.Own.Count) * Pitch * sizeof(int);

    private int Registers(DeviceContractionShape shape) => RowBlocks * (4 * ColumnBlocks * shape.Own.Count + 4) + 2 * ColumnBlocks +
        (int)CeilingDivide((Rows + (long)Columns * shape.Own.Count) * Words, Threads) + 24;

    /// <summary>
    /// Modelled time on the multiprocessor with the most groups: loads of a slice, reads of it from shared memory, and products, which take
    /// a warp four issues each.
    /// </summary>
    private double Cycles(DeviceContractionShape shape, GpuTarget target)
    {
        var groups = shape.BatchCount * CeilingDivide(shape.RowCount, Rows) * CeilingDivide(shape.ColumnCount, Columns);
        var each = CeilingDivide(groups, target.Multiprocessors);
        var slices = CeilingDivide(shape.SummedCount, Depth);
        var columns = (double)ColumnBlocks * shape.Own.Count;
        var perThread = Words / BlockWords * (RowBlocks * columns * 4 + RowBlocks * 4 + columns * 2);
        var moved = (Rows + (double)Columns * shape.Own.Count) * Words * ElementsPerWord / Threads;
        var resident = Math.Min(each, target.ResidentGroups(Threads, SharedBytes(shape), Registers(shape)));
        var hidden = Math.Max(1, (double)target.LatencyThreads / (resident * Threads));
        return each * slices * ((perThread + DeviceTile.MoveInstructions * moved) * Threads / target.Lanes * hidden + target.SliceCycles / (double)resident);
    }
}
