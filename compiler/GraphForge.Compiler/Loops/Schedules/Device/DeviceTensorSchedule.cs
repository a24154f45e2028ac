using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// Contraction on tensor cores, where the caller allows it: both operands of a slice are staged through shared memory as the words these
/// take, a warp multiplies blocks of 16 × 8 results, and the epilogue runs as they are stored. Sums are float32.
/// </summary>
internal sealed class DeviceTensorSchedule
{
    private readonly DeviceContractionShape _shape;
    private readonly TensorTile _tile;
    private readonly ContractionGroup _group;
    private readonly SharedTile _rows;
    private readonly SharedTile[] _columns;
    private readonly LoopBuffer[] _sums;

    private DeviceTensorSchedule(DeviceContractionShape shape, TensorTile tile)
    {
        (_shape, _tile) = (shape, tile);
        _group = new ContractionGroup(shape, tile.Rows, tile.Columns, tile.Threads);
        _rows = Tile("rows", tile.Rows);
        _columns = [.. shape.Own.Select(_ => Tile("columns", tile.Columns))];
        _sums = [.. shape.Own.Select(_ => new LoopBuffer("sum", DType.Float32, (long)tile.RowBlocks * tile.ColumnBlocks * WarpMultiply.Sums))];
    }

    /// <summary>Null where tensor cores may not be used.</summary>
    public static LoopKernel? Build(KernelDefinition definition, DeviceContractionShape shape, GpuTarget target) =>
        TensorTile.Best(shape, target) is { } tile ? new DeviceTensorSchedule(shape, tile).Build(definition) : null;

    private LoopVar Thread => _group.Loop.Thread;

    private IndexExpr Lane => (IndexExpr)Thread % TensorTile.WarpThreads;

    private IndexExpr FirstRow => (IndexExpr)Thread / (TensorTile.WarpThreads * _tile.WarpColumns) * (_tile.RowBlocks * TensorTile.BlockRows);

    private IndexExpr FirstColumn => (IndexExpr)Thread / TensorTile.WarpThreads % _tile.WarpColumns * (_tile.ColumnBlocks * TensorTile.BlockColumns);

    private static SharedTile Tile(string name, int width) =>
        new(new LoopBuffer(name, DType.Int32, (long)width * TensorTile.Pitch), width, TensorTile.Words, TensorTile.Pitch, 1);

    private LoopKernel Build(KernelDefinition definition)
    {
        var slice = new LoopVar("slice", CeilingDivide(_shape.SummedCount, _tile.Depth));
        var start = (IndexExpr)slice * _tile.Depth;
        var body = Block.Of([
            .. _sums.SelectMany(Clear),
            new For(slice, LoopKind.Serial, Block.Of([
                _rows.Fill(Thread, _group.IsAlongSum(_shape.Shared, _shape.Rows), (row, word) => Word(word, start, k => _group.Shared(row, k))),
                .. _columns.Select((t, i) => t.Fill(Thread, _group.IsAlongSum(_shape.Own[i], _shape.Columns), (column, word) => Word(word, start, k => _group.Own(i, column, k)))),
                new GroupBarrier(),
                .. Enumerable.Range(0, TensorTile.Words / TensorTile.BlockWords).SelectMany(step => Multiply(step * TensorTile.BlockWords)),
                new GroupBarrier()]), note: $"Slices of {_tile.Depth} summed elements."),
            .. Blocks().SelectMany(Stored)]);
        return _group.Loop.Wrap(definition, [_rows.Buffer, .. _columns.Select(t => t.Buffer)], body);
    }

    private static IEnumerable<Statement> Clear(LoopBuffer sum) => Enumerable.Range(0, (int)sum.Count)
        .Select(i => (Statement)new Store(sum, i, new ConstantExpr(Scalar.Of(sum.Type, 0L)))).Prepend(new Allocate(sum, BufferPlace.Register));

    private PackedExpr Word(IndexExpr word, IndexExpr start, Func<IndexExpr, Expr> element) =>
        new(_tile.Element, [.. Enumerable.Range(0, _tile.ElementsPerWord).Select(i => element(start + word * _tile.ElementsPerWord + i))]);

    private IEnumerable<(int Row, int Column)> Blocks() =>
        Enumerable.Range(0, _tile.RowBlocks).SelectMany(r => Enumerable.Range(0, _tile.ColumnBlocks).Select(c => (r, c)));

    private int Slot((int Row, int Column) block) => (block.Row * _tile.ColumnBlocks + block.Column) * WarpMultiply.Sums;

    private IEnumerable<Statement> Multiply(int firstWord) => Blocks().SelectMany(block => _sums.Select((sums, i) => new WarpMultiply(sums, Slot(block),
        [.. WarpMultiply.LeftPlaces(Lane).Select(p => _rows.At(firstWord + p.Word, FirstRow + block.Row * TensorTile.BlockRows + p.Row))],
        [.. WarpMultiply.RightPlaces(Lane).Select(p => _columns[i].At(firstWord + p.Word, FirstColumn + block.Column * TensorTile.BlockColumns + p.Column))], _tile.Element)));

    private IEnumerable<Statement> Stored((int Row, int Column) block) => WarpMultiply.ResultPlaces(Lane).Select((place, i) => _group.Stored(
        FirstRow + block.Row * TensorTile.BlockRows + place.Row, FirstColumn + block.Column * TensorTile.BlockColumns + place.Column,
        [.. _sums.Select(s => new LoadExpr(s, Slot(block) + i))]));
}
