using System.Numerics;
using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>Which threads work on which row: as many on one as its columns are worth, and several short rows in a group.</summary>
internal sealed class RowLayout
{
    /// <summary>Columns a thread should have before another one helps.</summary>
    private const long ColumnsPerThread = 4;

    private readonly GroupLoop _loop;
    private readonly long _rows;
    private readonly long _rowsPerGroup;

    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Elements of the longest pass over a row.</param>
    /// <param name="sharedBytes">Shared memory that each thread needs.</param>
    /// <param name="target">The device.</param>
    public RowLayout(long rows, long columns, long sharedBytes, GpuTarget target)
    {
        _rows = rows;
        var wanted = columns <= target.WarpThreads ? columns : Math.Max(target.WarpThreads, columns / ColumnsPerThread);
        ThreadsPerRow = Math.Min(PowerOfTwo(wanted), target.MostThreads);
        while (ThreadsPerRow > 1 && ThreadsPerRow * sharedBytes > target.SharedBytes) ThreadsPerRow /= 2;
        _rowsPerGroup = Math.Max(1, target.GroupThreads(rows * ThreadsPerRow) / ThreadsPerRow);
        while (_rowsPerGroup > 1 && _rowsPerGroup * ThreadsPerRow * sharedBytes > target.SharedBytes) _rowsPerGroup /= 2;
        _loop = new GroupLoop(IntegerArithmetic.CeilingDivide(rows, _rowsPerGroup), _rowsPerGroup * ThreadsPerRow);
        Threads = RowThreads.Of(_loop.Thread, ThreadsPerRow, target);
    }

    public GroupLoop Loop => _loop;

    /// <summary>Threads that share a row; a power of 2.</summary>
    public long ThreadsPerRow { get; }

    public RowThreads Threads { get; }

    /// <summary>Number of the row.</summary>
    public IndexExpr Row => (IndexExpr)_loop.Group * _rowsPerGroup + (IndexExpr)_loop.Thread / ThreadsPerRow;

    /// <summary>Number of the thread among those of its row.</summary>
    public IndexExpr Thread => Threads.Number;

    /// <summary>Whether there is such a row: the last group may have threads for rows that are not there.</summary>
    public Expr IsRow => InBoundsExpr.Of(Row, 0, _rows);

    /// <summary>Runs <paramref name="body"/> for the columns of this thread; it is given the value of each axis.</summary>
    public Statement EachColumn(IReadOnlyList<LoopVar> axes, Func<IReadOnlyDictionary<LoopVar, IndexExpr>, Statement> body, Func<long, Func<IndexExpr, Statement>, Statement>? steps = null)
    {
        var columns = axes.Aggregate(1L, (p, v) => p * v.Extent);
        var (whole, rest) = Math.DivRem(columns, ThreadsPerRow);
        var statements = new List<Statement>();
        if (whole > 0) statements.Add((steps ?? Steps)(whole, step => body(At(step * ThreadsPerRow + Thread))));
        if (rest > 0) statements.Add(GroupLoop.Below(Thread, rest, body(At(whole * ThreadsPerRow + Thread))));
        return Block.Of(statements);

        Dictionary<LoopVar, IndexExpr> At(IndexExpr column) =>
            axes.Zip(IndexExpr.Unravel(column, axes.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);
    }

    /// <summary>
    /// The statements for those threads only that have a row. Declarations are everybody's, and so is what threads meet in, so that a
    /// group stays together.
    /// </summary>
    public Block OfRows(IReadOnlyList<Statement> statements)
    {
        if (IsRow is ConstantExpr { Value.AsBool: true }) return Block.Of(statements);
        var (all, guarded) = (new List<Statement>(), new List<Statement>());
        all.AddRange(statements.OfType<Allocate>());
        foreach (var statement in statements.Where(s => s is not Allocate))
        {
            if (!BarrierReach.IsMeeting(statement))
            {
                guarded.Add(statement);
                continue;
            }
            Close();
            all.Add(statement);
        }
        Close();
        return Block.Of(all);

        void Close()
        {
            if (guarded.Count > 0) all.Add(new If(IsRow, Block.Of([.. guarded])));
            guarded.Clear();
        }
    }

    public static Statement Steps(long count, Func<IndexExpr, Statement> body)
    {
        if (count == 1) return body(0);
        var step = new LoopVar("step", count);
        return new For(step, LoopKind.Serial, body(step));
    }

    private static long PowerOfTwo(long count) => (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, count));
}
