using GraphForge.Compiler.Emit;
using GraphForge.Compiler.Emit.Targets;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// Tiled contraction. Steps: split rows, columns and the sum by a tile; give tiles to groups; stage both operands of a slice through
/// shared memory, applying whatever movement and elementwise work is fused into them; unroll and jam rows and columns of a thread
/// into registers; run the epilogue as the tile is stored.
/// </summary>
internal sealed class DeviceContractionSchedule
{
    private readonly DeviceContractionShape _shape;
    private readonly DeviceTile _tile;
    private readonly ContractionGroup _group;
    private readonly LoopBuffer[] _shared;
    private readonly StagedOperand[] _staged;
    private readonly LoopBuffer[] _sums;
    private readonly long _slices;

    private DeviceContractionSchedule(DeviceContractionShape shape, DeviceTile tile)
    {
        (_shape, _tile, _slices) = (shape, tile, CeilingDivide(shape.SummedCount, tile.Depth));
        _group = new ContractionGroup(shape, tile.Rows, tile.Columns, tile.Threads);
        var rows = Tile("rows", shape.Shared, tile.Rows);
        var columns = shape.Own.Select(o => Tile("columns", o, tile.Columns)).ToArray();
        _shared = [rows.Buffer, .. columns.Select(t => t.Buffer)];
        _staged = [
            new StagedOperand(rows, Thread, _group.IsAlongSum(shape.Shared, shape.Rows), _group.Shared),
            .. columns.Select((t, i) => new StagedOperand(t, Thread, _group.IsAlongSum(shape.Own[i], shape.Columns), (column, k) => _group.Own(i, column, k)))];
        _sums = [.. shape.Contraction.Sums.Select(s => new LoopBuffer("sum", s.Type, (long)tile.ThreadRows * tile.ThreadColumns))];
    }

    /// <summary>Null where the kernel has no such form.</summary>
    public static LoopKernel? Build(KernelDefinition definition, GpuTarget target)
    {
        if (DeviceContractionShape.Of(definition) is not { } shape) return null;
        return DeviceTensorSchedule.Build(definition, shape, target) ?? new DeviceContractionSchedule(shape, DeviceTile.Best(shape, target)).Build(definition);
    }

    private LoopVar Thread => _group.Loop.Thread;

    private SharedTile Tile(string name, Expr operand, int width)
    {
        var pitch = DeviceTile.Pitch(width);
        return new SharedTile(new LoopBuffer(name, operand.Type, StagedSlices.Places(_slices) * _tile.Depth * pitch), width, _tile.Depth, 1, pitch);
    }

    private LoopKernel Build(KernelDefinition definition)
    {
        var depth = new LoopVar("k", _tile.Depth);
        var body = Block.Of([
            .. _sums.SelectMany(Clear),
            new StagedSlices(_staged, _slices, _tile.Depth).Build(half => new For(depth, _tile.IsUnrolled ? LoopKind.Unrolled : LoopKind.Serial, Multiply(half, depth))),
            .. Results()]);
        return _group.Loop.Wrap(definition, _shared, body, WideAccess.Lanes);
    }

    private static IEnumerable<Statement> Clear(LoopBuffer sum) => Enumerable.Range(0, (int)sum.Count)
        .Select(i => (Statement)new Store(sum, i, ConstantExpr.Zero(sum.Type))).Prepend(new Allocate(sum, BufferPlace.Register));

    /// <summary>Adds the products of one summed element to the registers of a thread.</summary>
    private Block Multiply(IndexExpr half, LoopVar depth)
    {
        var statements = new List<Statement>();
        var rows = Read(statements, 0, half, depth, _tile.ThreadRows, Row);
        var columns = _sums.Select((_, i) => Read(statements, i + 1, half, depth, _tile.ThreadColumns, Column)).ToArray();
        statements.AddRange(Each().SelectMany(at => _sums.Select((sum, i) => new Store(sum, Slot(at),
            new BinaryExpr(BinaryFunction.Multiply, rows(at.Row), columns[i](at.Column)), ReduceFunction.Sum))));
        return Block.Of(statements);
    }

    private IEnumerable<Statement> Results()
    {
        var (alongColumns, type) = (_shape.ColumnsAreNeighbours, _shared[0].Type);
        if (DeviceTile.ReadsFours(alongColumns ? _tile.ThreadColumns : _tile.ThreadRows, type))
        {
            var fours = Each().Where(at => (alongColumns ? at.Column : at.Row) % WideAccess.Lanes == 0).Select(at => Four(at, alongColumns)).ToArray();
            if (fours.All(f => f is not null)) return fours!;
        }
        return Each().Select(at => _group.Stored(Row(at.Row), Column(at.Column), [.. _sums.Select(s => new LoadExpr(s, Slot(at)))]));
    }

    private Statement? Four((int Row, int Column) at, bool alongColumns)
    {
        var lane = new LoopVar("lane", WideAccess.Lanes, isLane: true);
        IndexExpr here = lane;
        var finished = _sums.Select(s => new LoadExpr(s, Slot(at) + (alongColumns ? here : here * _tile.ThreadColumns))).ToArray();
        return alongColumns
            ? _group.StoredFour(Row(at.Row), Column(at.Column) + lane, finished, lane)
            : _group.StoredFour(Row(at.Row) + lane, Column(at.Column), finished, lane);
    }

    private int Slot((int Row, int Column) at) => at.Row * _tile.ThreadColumns + at.Column;

    /// <summary>What a thread reads of an operand in shared memory: fours of neighbours into registers, at once, or elements where they are used.</summary>
    private Func<int, LoadExpr> Read(List<Statement> statements, int operand, IndexExpr half, LoopVar depth, int count, Func<int, IndexExpr> place)
    {
        var shared = _shared[operand];
        if (!DeviceTile.ReadsFours(count, shared.Type)) return i => new LoadExpr(shared, _staged[operand].Index(half, depth, place(i)));
        var register = new LoopBuffer("read", shared.Type, count);
        statements.Add(new Allocate(register, BufferPlace.Register));
        for (var i = 0; i < count; i += WideAccess.Lanes)
        {
            var lane = new LoopVar("lane", WideAccess.Lanes, isLane: true);
            statements.Add(new For(lane, LoopKind.Vector, new Store(register, i + (IndexExpr)lane, new LoadExpr(shared, _staged[operand].Index(half, depth, place(i) + lane)))));
        }
        return i => new LoadExpr(register, i);
    }

    private IEnumerable<(int Row, int Column)> Each() =>
        Enumerable.Range(0, _tile.ThreadRows).SelectMany(r => Enumerable.Range(0, _tile.ThreadColumns).Select(c => (r, c)));

    private IndexExpr ThreadRow => _shape.ColumnsAreNeighbours ? (IndexExpr)Thread / _tile.ColumnThreads : (IndexExpr)Thread % _tile.RowThreads;

    private IndexExpr ThreadColumn => _shape.ColumnsAreNeighbours ? (IndexExpr)Thread % _tile.ColumnThreads : (IndexExpr)Thread / _tile.RowThreads;

    private IndexExpr Row(int row) => Place(ThreadRow, row, _tile.RowThreads, DeviceTile.ReadsFours(_tile.ThreadRows, _shared[0].Type));

    private IndexExpr Column(int column) => Place(ThreadColumn, column, _tile.ColumnThreads, DeviceTile.ReadsFours(_tile.ThreadColumns, _shared[1].Type));

    /// <summary>Elements of a thread, or fours of them, lie apart by the number of threads, so that neighbouring threads have neighbouring ones.</summary>
    private static IndexExpr Place(IndexExpr thread, int number, int threads, bool inFours) => inFours
        ? thread * WideAccess.Lanes + (number / WideAccess.Lanes * WideAccess.Lanes * threads + number % WideAccess.Lanes)
        : thread + number * threads;
}
