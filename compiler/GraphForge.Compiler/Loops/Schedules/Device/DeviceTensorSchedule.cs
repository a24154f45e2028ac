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
    private readonly TensorTile _tile;
    private readonly ContractionGroup _group;
    private readonly LoopBuffer[] _shared;
    private readonly StagedOperand[] _staged;
    private readonly LoopBuffer[] _sums;
    private readonly long _slices;

    private DeviceTensorSchedule(DeviceContractionShape shape, TensorTile tile)
    {
        (_tile, _slices) = (tile, CeilingDivide(shape.SummedCount, tile.Depth));
        _group = new ContractionGroup(shape, tile.Rows, tile.Columns, tile.Threads);
        var rows = Tile("rows", tile.Rows);
        var columns = shape.Own.Select(_ => Tile("columns", tile.Columns)).ToArray();
        _shared = [rows.Buffer, .. columns.Select(t => t.Buffer)];
        _staged = [
            new StagedOperand(rows, Thread, _group.IsAlongSum(shape.Shared, shape.Rows), (row, word) => Word(word, k => _group.Shared(row, k))),
            .. columns.Select((t, i) => new StagedOperand(t, Thread, _group.IsAlongSum(shape.Own[i], shape.Columns), (column, word) => Word(word, k => _group.Own(i, column, k))))];
        _sums = [.. shape.Own.Select(_ => new LoopBuffer("sum", DType.Float32, (long)tile.RowBlocks * tile.ColumnBlocks * WarpMultiply.Sums))];
    }

    /// <summary>Null where tensor cores may not be used.</summary>
    public static LoopKernel? Build(KernelDefinition definition, DeviceContractionShape shape, GpuTarget target) =>
        TensorTile.Best(shape, target) is { } tile ? new DeviceTensorSchedule(shape, tile).Build(definition) : null;

    private LoopVar Thread => _group.Loop.Thread;

    private IndexExpr Lane => (IndexExpr)Thread % TensorTile.WarpThreads;

    private IndexExpr FirstRow => (IndexExpr)Thread / (TensorTile.WarpThreads * _tile.WarpColumns) * (_tile.RowBlocks * TensorTile.BlockRows);

    private IndexExpr FirstColumn => (IndexExpr)Thread / TensorTile.WarpThreads % _tile.WarpColumns * (_tile.ColumnBlocks * TensorTile.BlockColumns);

    private SharedTile Tile(string name, int width) =>
        new(new LoopBuffer(name, DType.Int32, StagedSlices.Places(_slices) * width * TensorTile.Pitch), width, TensorTile.Words, TensorTile.Pitch, 1);

    private LoopKernel Build(KernelDefinition definition)
    {
        var body = Block.Of([
            .. _sums.SelectMany(Clear),
            new StagedSlices(_staged, _slices, TensorTile.Words).Build(half =>
                Block.Of(Enumerable.Range(0, TensorTile.Words / TensorTile.BlockWords).SelectMany(step => Multiply(half, step * TensorTile.BlockWords)))),
            .. Blocks().SelectMany(Stored)]);
        return _group.Loop.Wrap(definition, _shared, body);
    }

    private static IEnumerable<Statement> Clear(LoopBuffer sum) => Enumerable.Range(0, (int)sum.Count)
        .Select(i => (Statement)new Store(sum, i, ConstantExpr.Zero(sum.Type))).Prepend(new Allocate(sum, BufferPlace.Register));

    /// <summary>A word of the sum: its elements, or 0 where there is none.</summary>
    private OperandElement Word(IndexExpr word, Func<IndexExpr, OperandElement> element) => new(new ConstantExpr(Scalar.Of(true)),
        new PackedExpr(_tile.Element, [.. Enumerable.Range(0, _tile.ElementsPerWord).Select(i => element(word * _tile.ElementsPerWord + i))
            .Select(e => SelectExpr.Strict(e.IsInside, e.Value, ConstantExpr.Zero(e.Value.Type)))]));

    private IEnumerable<(int Row, int Column)> Blocks() =>
        Enumerable.Range(0, _tile.RowBlocks).SelectMany(r => Enumerable.Range(0, _tile.ColumnBlocks).Select(c => (r, c)));

    private int Slot((int Row, int Column) block) => (block.Row * _tile.ColumnBlocks + block.Column) * WarpMultiply.Sums;

    private IEnumerable<Statement> Multiply(IndexExpr half, int firstWord) => Blocks().SelectMany(block => _sums.Select((sums, i) => new WarpMultiply(sums, Slot(block),
        [.. WarpMultiply.LeftPlaces(Lane).Select(p => Word(0, half, firstWord + p.Word, FirstRow + block.Row * TensorTile.BlockRows + p.Row))],
        [.. WarpMultiply.RightPlaces(Lane).Select(p => Word(i + 1, half, firstWord + p.Word, FirstColumn + block.Column * TensorTile.BlockColumns + p.Column))], _tile.Element)));

    private LoadExpr Word(int operand, IndexExpr half, IndexExpr word, IndexExpr within) => new(_shared[operand], _staged[operand].Index(half, word, within));

    private IEnumerable<Statement> Stored((int Row, int Column) block) => WarpMultiply.ResultPlaces(Lane).Select((place, i) => _group.Stored(
        FirstRow + block.Row * TensorTile.BlockRows + place.Row, FirstColumn + block.Column * TensorTile.BlockColumns + place.Column,
        [.. _sums.Select(s => new LoadExpr(s, Slot(block) + i))]));
}
