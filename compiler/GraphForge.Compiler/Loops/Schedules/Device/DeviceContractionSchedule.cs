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
    private readonly GroupLoop _loop;
    private readonly IndexExpr[] _place;
    private readonly LoopBuffer _sharedTile;
    private readonly LoopBuffer[] _ownTiles, _sums;

    private DeviceContractionSchedule(DeviceContractionShape shape, DeviceTile tile)
    {
        (_shape, _tile) = (shape, tile);
        var (rows, columns) = (CeilingDivide(shape.RowCount, tile.Rows), CeilingDivide(shape.ColumnCount, tile.Columns));
        _loop = new GroupLoop(shape.BatchCount * rows * columns, tile.Threads);
        _place = IndexExpr.Unravel(_loop.Group, [shape.BatchCount, rows, columns]);
        _sharedTile = new LoopBuffer("rows", shape.Shared.Type, (long)tile.Depth * tile.Rows);
        _ownTiles = [.. shape.Own.Select(o => new LoopBuffer("columns", o.Type, (long)tile.Depth * tile.Columns))];
        _sums = [.. shape.Contraction.Sums.Select(s => new LoopBuffer("sum", s.Type, (long)tile.ThreadRows * tile.ThreadColumns))];
    }

    /// <summary>Null where the kernel has no such form.</summary>
    public static LoopKernel? Build(KernelDefinition definition, GpuTarget target) => DeviceContractionShape.Of(definition) is { } shape
        ? new DeviceContractionSchedule(shape, DeviceTile.Best(shape, target)).Build(definition)
        : null;

    private LoopKernel Build(KernelDefinition definition)
    {
        var slice = new LoopVar("slice", CeilingDivide(_shape.SummedCount, _tile.Depth));
        var start = (IndexExpr)slice * _tile.Depth;
        var depth = new LoopVar("k", _tile.Depth);
        var body = Block.Of([
            .. _sums.SelectMany(Clear),
            new For(slice, LoopKind.Serial, Block.Of([
                Load(_sharedTile, _shape.Shared, _shape.Rows, _tile.Rows, _place[1], _shape.RowCount, start),
                .. _ownTiles.Select((t, i) => Load(t, _shape.Own[i], _shape.Columns, _tile.Columns, _place[2], _shape.ColumnCount, start)),
                new GroupBarrier(),
                new For(depth, _tile.IsUnrolled ? LoopKind.Unrolled : LoopKind.Serial, Multiply(depth)),
                new GroupBarrier()]), note: $"Slices of {_tile.Depth} summed elements."),
            .. Each().Select(Stored)]);
        return _loop.Wrap(definition, [_sharedTile, .. _ownTiles], body);
    }

    private IEnumerable<Statement> Clear(LoopBuffer sum) => Enumerable.Range(0, (int)sum.Count)
        .Select(i => (Statement)new Store(sum, i, new ConstantExpr(Scalar.Of(sum.Type, 0L)))).Prepend(new Allocate(sum, BufferPlace.Register));

    /// <summary>The threads copy a tile of an operand, neighbours of memory side by side; zeros beyond the ends.</summary>
    private Statement Load(LoopBuffer tile, Expr operand, IReadOnlyList<LoopVar> axes, long width, IndexExpr number, long extent, IndexExpr start)
    {
        var elements = width * _tile.Depth;
        var alongSum = axes.Count == 0 || LaneAnalysis.Contiguity([operand], _shape.Summed[^1]) > LaneAnalysis.Contiguity([operand], axes[^1]);
        var (whole, rest) = Math.DivRem(elements, _tile.Threads);
        return Block.Of([
            .. Enumerable.Range(0, (int)whole).Select(i => Copy((IndexExpr)(i * _tile.Threads) + _loop.Thread)),
            .. rest == 0 ? [] : new[] { GroupLoop.Below(_loop.Thread, rest, Copy(whole * _tile.Threads + (IndexExpr)_loop.Thread)) }]);

        Store Copy(IndexExpr element)
        {
            var (within, depth) = alongSum ? (element / _tile.Depth, element % _tile.Depth) : (element % width, element / width);
            var (index, summed) = (number * width + within, start + depth);
            var inside = BinaryExpr.Both(InBoundsExpr.Of(index, 0, extent), InBoundsExpr.Of(summed, 0, _shape.SummedCount));
            var values = Batch().Concat(Axes(axes, index)).Concat(Axes(_shape.Summed, summed)).ToDictionary(p => p.Axis, p => p.Value);
            return new Store(tile, depth * width + within, SelectExpr.Strict(inside, operand.Substitute(values), new ConstantExpr(Scalar.Of(operand.Type, 0L))));
        }
    }

    /// <summary>Adds the products of one summed element to the registers of a thread.</summary>
    private Block Multiply(LoopVar depth) => Block.Of(Each().SelectMany(at => _sums.Select((sum, i) => new Store(
        sum, at.Row * _tile.ThreadColumns + at.Column,
        new BinaryExpr(BinaryFunction.Multiply,
            new LoadExpr(_sharedTile, (IndexExpr)depth * _tile.Rows + Row(at.Row)),
            new LoadExpr(_ownTiles[i], (IndexExpr)depth * _tile.Columns + Column(at.Column))), ReduceFunction.Sum))));

    private Statement Stored((int Row, int Column) at)
    {
        var (row, column) = (_place[1] * _tile.Rows + Row(at.Row), _place[2] * _tile.Columns + Column(at.Column));
        var values = Batch().Concat(Axes(_shape.Rows, row)).Concat(Axes(_shape.Columns, column)).ToDictionary(p => p.Axis, p => p.Value);
        var finished = _sums.Select(s => new LoadExpr(s, at.Row * _tile.ThreadColumns + at.Column)).ToArray();
        var stores = Block.Of(_shape.Contraction.Stores.Select(s => new Store(
            s.Buffer, s.Index.Substitute(values), Finished(s.Value, finished).Substitute(values))));
        return GroupLoop.Below(row, _shape.RowCount, GroupLoop.Below(column, _shape.ColumnCount, stores));
    }

    private Expr Finished(Expr value, LoadExpr[] finished) =>
        _shape.Contraction.Sums.Zip(finished).Aggregate(value, (v, pair) => v.Replace(pair.First, pair.Second));

    private IEnumerable<(int Row, int Column)> Each() =>
        Enumerable.Range(0, _tile.ThreadRows).SelectMany(r => Enumerable.Range(0, _tile.ThreadColumns).Select(c => (r, c)));

    private IndexExpr ThreadRow => _shape.ColumnsAreNeighbours ? (IndexExpr)_loop.Thread / _tile.ColumnThreads : (IndexExpr)_loop.Thread % _tile.RowThreads;

    private IndexExpr ThreadColumn => _shape.ColumnsAreNeighbours ? (IndexExpr)_loop.Thread % _tile.ColumnThreads : (IndexExpr)_loop.Thread / _tile.RowThreads;

    /// <summary>Rows of a thread lie apart by the number of threads, so that neighbouring threads have neighbouring rows.</summary>
    private IndexExpr Row(int row) => ThreadRow + row * _tile.RowThreads;

    private IndexExpr Column(int column) => ThreadColumn + column * _tile.ColumnThreads;

    private IEnumerable<(LoopVar Axis, IndexExpr Value)> Batch() => Axes(_shape.Batch, _place[0]);

    private static IEnumerable<(LoopVar Axis, IndexExpr Value)> Axes(IReadOnlyList<LoopVar> axes, IndexExpr linear) =>
        axes.Zip(IndexExpr.Unravel(linear, axes.Select(v => v.Extent).ToArray()));
}
