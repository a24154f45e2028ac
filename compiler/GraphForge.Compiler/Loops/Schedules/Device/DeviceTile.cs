using GraphForge.Compiler.Emit;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Runtime;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>How a contraction is cut: a group computes a tile of results, a thread a small one within it, from slices of the sum in shared memory.</summary>
/// <param name="Rows">Of a group.</param>
/// <param name="Columns">Of a group.</param>
/// <param name="Depth">Summed elements of a slice.</param>
/// <param name="ThreadRows">Of a thread; divides <paramref name="Rows"/>.</param>
/// <param name="ThreadColumns">Of a thread, for each sum; divides <paramref name="Columns"/>.</param>
internal sealed record DeviceTile(int Rows, int Columns, int Depth, int ThreadRows, int ThreadColumns)
{
    /// <summary>Multiply-adds that a thread writes out without a loop, beyond which the text gets long and nothing is gained.</summary>
    private const int MostUnrolled = 512;

    /// <summary>Instructions that bring an element into shared memory: its address, whether it is there, a load, a store.</summary>
    public const double MoveInstructions = 8;

    private static readonly int[] Extents = [4, 8, 16, 32, 64, 128];

    public int RowThreads => Rows / ThreadRows;

    public int ColumnThreads => Columns / ThreadColumns;

    public int Threads => RowThreads * ColumnThreads;

    public bool IsUnrolled => ThreadRows * ThreadColumns * Depth <= MostUnrolled;

    /// <summary>The tile of least modelled time.</summary>
    public static DeviceTile Best(DeviceContractionShape shape, GpuTarget target) =>
        Candidates(shape, target).MinBy(t => t.Cycles(shape, target))!;

    private static IEnumerable<DeviceTile> Candidates(DeviceContractionShape shape, GpuTarget target) =>
        from rows in Extents.Prepend(1)
        where rows < 2 * shape.RowCount
        from columns in Extents.Prepend(1)
        where columns < 2 * shape.ColumnCount
        from threadRows in new[] { 1, 2, 4, 8 }
        where rows % threadRows == 0
        from threadColumns in new[] { 1, 2, 4, 8 }
        where columns % threadColumns == 0
        from depth in new[] { 8, 16, 32 }
        let tile = new DeviceTile(rows, columns, depth, threadRows, threadColumns)
        where tile.Fits(shape, target)
        select tile;

    private bool Fits(DeviceContractionShape shape, GpuTarget target) =>
        Threads <= target.UsualThreads && SharedBytes(shape) <= target.SharedBytes && Registers(shape) <= 2 * target.ThreadRegisters;

    /// <summary>Elements from one summed element of a slice to the next: neighbours of the sum are written to different banks.</summary>
    public static int Pitch(int width) => width % WideAccess.Lanes == 0 ? width + WideAccess.Lanes : width;

    /// <summary>Whether a thread reads so many elements of an operand four at a time.</summary>
    public static bool ReadsFours(int count, DType type) => count % WideAccess.Lanes == 0 && type.Size() == 4;

    private long SharedBytes(DeviceContractionShape shape) => StagedSlices.Places(CeilingDivide(shape.SummedCount, Depth)) *
        Depth * (Pitch(Rows) + (long)Pitch(Columns) * shape.Own.Count) * shape.Shared.Type.Size();

    private int Registers(DeviceContractionShape shape)
    {
        var fetched = CeilingDivide(Depth * (Rows + (long)Columns * shape.Own.Count), Threads);
        var values = ThreadRows * ThreadColumns * shape.Own.Count + ThreadRows + ThreadColumns * shape.Own.Count + (int)fetched;
        return values * Math.Max(1, shape.Shared.Type.Size() / 4) + 16;
    }

    /// <summary>
    /// Modelled time: multiply-adds, and the reads of shared memory that feed them, on the multiprocessor with the most groups;
    /// groups of few threads wait for memory instead.
    /// </summary>
    private double Cycles(DeviceContractionShape shape, GpuTarget target)
    {
        var groups = shape.BatchCount * CeilingDivide(shape.RowCount, Rows) * CeilingDivide(shape.ColumnCount, Columns);
        var each = CeilingDivide(groups, target.Multiprocessors);
        var products = (double)ThreadRows * ThreadColumns * shape.Own.Count;
        var loads = Reads(ThreadRows, shape) + (double)Reads(ThreadColumns, shape) * shape.Own.Count;
        var moved = (Rows + (double)Columns * shape.Own.Count) / Threads;
        var slices = CeilingDivide(shape.SummedCount, Depth);
        var perThread = Depth * (products + loads + MoveInstructions * moved);
        var resident = Math.Min(each, target.ResidentGroups(Threads, SharedBytes(shape), Registers(shape)));
        // Below so many threads a multiprocessor has nothing else to do while one waits.
        var hidden = Math.Max(1, (double)target.LatencyThreads / (resident * Threads));
        return each * slices * (perThread * Threads / target.Lanes * hidden + target.SliceCycles / (double)resident);
    }

    private static int Reads(int count, DeviceContractionShape shape) => ReadsFours(count, shape.Shared.Type) ? count / WideAccess.Lanes : count;
}
