using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
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
    private readonly SharedTile _sharedTile;
    private readonly SharedTile[] _ownTiles;
    private readonly LoopBuffer[] _sums;

    private DeviceContractionSchedule(DeviceContractionShape shape, DeviceTile tile)
    {
        (_shape, _tile) = (shape, tile);
        _group = new ContractionGroup(shape, tile.Rows, tile.Columns, tile.Threads);
        _sharedTile = Tile("rows", shape.Shared, tile.Rows);
        _ownTiles = [.. shape.Own.Select(o => Tile("columns", o, tile.Columns))];
        _sums = [.. shape.Contraction.Sums.Select(s => new LoopBuffer("sum", s.Type, (long)tile.ThreadRows * tile.ThreadColumns))];
    }

    /// <summary>Null where the kernel has no such form.</summary>
    public static LoopKernel? Build(KernelDefinition definition, GpuTarget target)
    {
        if (DeviceContractionShape.Of(definition) is not { } shape) return null;
        return DeviceTensorSchedule.Build(definition, shape, target) ?? new DeviceContractionSchedule(shape, DeviceTile.Best(shape, target)).Build(definition);
    }

    private LoopVar Thread => _group.Loop.Thread;

    private SharedTile Tile(string name, Expr operand, int width) =>
        new(new LoopBuffer(name, operand.Type, (long)_tile.Depth * width), width, _tile.Depth);

    private LoopKernel Build(KernelDefinition definition)
    {
        var slice = new LoopVar("slice", CeilingDivide(_shape.SummedCount, _tile.Depth));
        var start = (IndexExpr)slice * _tile.Depth;
        var depth = new LoopVar("k", _tile.Depth);
        var body = Block.Of([
            .. _sums.SelectMany(Clear),
            new For(slice, LoopKind.Serial, Block.Of([
                _sharedTile.Fill(Thread, _group.IsAlongSum(_shape.Shared, _shape.Rows), (row, k) => _group.Shared(row, start + k)),
                .. _ownTiles.Select((t, i) => t.Fill(Thread, _group.IsAlongSum(_shape.Own[i], _shape.Columns), (column, k) => _group.Own(i, column, start + k))),
                new GroupBarrier(),
                new For(depth, _tile.IsUnrolled ? LoopKind.Unrolled : LoopKind.Serial, Multiply(depth)),
                new GroupBarrier()]), note: $"Slices of {_tile.Depth} summed elements."),
            .. Each().Select(at => _group.Stored(Row(at.Row), Column(at.Column), [.. _sums.Select(s => new LoadExpr(s, at.Row * _tile.ThreadColumns + at.Column))]))]);
        return _group.Loop.Wrap(definition, [_sharedTile.Buffer, .. _ownTiles.Select(t => t.Buffer)], body);
    }

    private static IEnumerable<Statement> Clear(LoopBuffer sum) => Enumerable.Range(0, (int)sum.Count)
        .Select(i => (Statement)new Store(sum, i, new ConstantExpr(Scalar.Of(sum.Type, 0L)))).Prepend(new Allocate(sum, BufferPlace.Register));

    /// <summary>Adds the products of one summed element to the registers of a thread.</summary>
    private Block Multiply(LoopVar depth) => Block.Of(Each().SelectMany(at => _sums.Select((sum, i) => new Store(
        sum, at.Row * _tile.ThreadColumns + at.Column,
        new BinaryExpr(BinaryFunction.Multiply, _sharedTile.At(depth, Row(at.Row)), _ownTiles[i].At(depth, Column(at.Column))), ReduceFunction.Sum))));

    private IEnumerable<(int Row, int Column)> Each() =>
        Enumerable.Range(0, _tile.ThreadRows).SelectMany(r => Enumerable.Range(0, _tile.ThreadColumns).Select(c => (r, c)));

    private IndexExpr ThreadRow => _shape.ColumnsAreNeighbours ? (IndexExpr)Thread / _tile.ColumnThreads : (IndexExpr)Thread % _tile.RowThreads;

    private IndexExpr ThreadColumn => _shape.ColumnsAreNeighbours ? (IndexExpr)Thread % _tile.ColumnThreads : (IndexExpr)Thread / _tile.RowThreads;

    /// <summary>Rows of a thread lie apart by the number of threads, so that neighbouring threads have neighbouring rows.</summary>
    private IndexExpr Row(int row) => ThreadRow + row * _tile.RowThreads;

    private IndexExpr Column(int column) => ThreadColumn + column * _tile.ColumnThreads;
}
