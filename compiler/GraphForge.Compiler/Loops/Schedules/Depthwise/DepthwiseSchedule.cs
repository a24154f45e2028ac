using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Depthwise;

/// <summary>
/// Sums of products along lanes, as of depthwise convolutions. Steps: give the innermost result variable to the lanes; unroll and
/// jam neighbouring results, and what of the sum shares their operands, into a tile of registers; run the elementwise epilogue as
/// the tile is stored. A row is all tiles of one vector along the cut variable; rows are shared among tasks.
/// </summary>
internal static class DepthwiseSchedule
{
    /// <summary>Null for kernels of any other form.</summary>
    public static LoopKernel? Build(KernelDefinition definition, CpuTarget target)
    {
        if (DepthwiseContraction.Of(definition, target) is not { } shape) return null;
        var tile = DepthwiseTile.Candidates(shape, target).MinBy(t => t.Cycles)!;
        var vector = new LoopVar("v", shape.Vectors);
        var rows = shape.Results.Except(tile.Whole).Where(v => v != tile.Cut).Append(vector).ToArray();
        var work = tile.Cycles / rows.Aggregate(1.0, (p, v) => p * v.Extent);
        return TaskLoop.OverRows(definition, rows, null, EachVector(shape, tile, vector), work, shape.Lanes);
    }

    private static Block EachVector(DepthwiseContraction shape, DepthwiseTile tile, LoopVar vector)
    {
        var (whole, rest) = Math.DivRem(shape.Vector.Extent, shape.Lanes);
        var statements = new List<Statement>();
        if (whole > 0) statements.Add(RowBlock.If(InBoundsExpr.Of(vector, 0, whole), EachTile(shape, tile, (IndexExpr)vector * shape.Lanes, shape.Lanes)));
        if (rest > 0) statements.Add(RowBlock.If(InBoundsExpr.Of(vector, whole, whole + 1), EachTile(shape, tile, whole * shape.Lanes, rest)));
        return Block.Of(statements);
    }

    private static Statement EachTile(DepthwiseContraction shape, DepthwiseTile tile, IndexExpr column, long columns)
    {
        if (tile.Cut is null) return Tile(0, 1);
        var (whole, rest) = Math.DivRem(tile.Cut.Extent, tile.Steps);
        var step = new LoopVar("tile", whole);
        var tiles = whole == 1 ? Tile(0, tile.Steps) : new For(step, LoopKind.Serial, Tile((IndexExpr)step * tile.Steps, tile.Steps));
        return rest == 0 ? tiles : Block.Of(tiles, Tile(whole * tile.Steps, rest));

        Statement Tile(IndexExpr first, long steps) => new DepthwiseTask(shape, tile, first, steps, column, columns).Build();
    }
}
