using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Register-tiled contraction. Steps: split the broadcast and the vector axis by the tile; unroll and jam both inside the
/// summed loops, so that a tile of accumulators stays in registers; peel what the tile does not divide; pack the vector
/// operand into a dense panel where its rows lie far apart; run the elementwise epilogue as the tile is stored.
/// </summary>
public static class ContractionSchedule
{
    /// <summary>Bytes of the broadcast operand one task sweeps again and again; a share of a typical second-level cache.</summary>
    private const long BlockBytes = 256 * 1024;

    private const int EnoughTasks = 16;

    public static LoopKernel Build(KernelDefinition definition, ContractionShape shape, CpuTarget target)
    {
        var tile = RegisterTile.For(shape, target);
        var panel = tile.Panel(shape);
        var blockRows = BlockRows(shape, tile);
        var rows = shape.Broadcast?.Extent ?? 1;
        var blocks = (rows + blockRows - 1) / blockRows;
        var panels = (shape.Vector.Extent + tile.VectorExtent - 1) / tile.VectorExtent;
        var outer = shape.Outer.Aggregate(1L, (p, v) => p * v.Extent);
        var perTask = PanelsPerTask(shape, outer * blocks, panels, packed: panel is not null);
        var groups = (panels + perTask - 1) / perTask;

        var task = new LoopVar("task", outer * blocks * groups);
        var place = IndexExpr.Unravel(task, [outer, blocks, groups]);
        var values = shape.Outer.Zip(IndexExpr.Unravel(place[0], shape.Outer.Select(v => v.Extent).ToArray()))
            .ToDictionary(p => p.First, p => p.Second);
        var step = new LoopVar("panel", perTask);
        var current = place[2] * perTask + step;
        var body = new PanelBody(shape, tile, panel, values, place[1] * blockRows, blockRows).Build(current);
        if (perTask > 1)
            body = new For(step, LoopKind.Serial, body, groups * perTask == panels ? null : (IndexExpr)panels - place[2] * perTask);
        if (panel is not null) body = Block.Of(new Allocate(panel, BufferPlace.Scratch), body);
        return TaskLoop.Wrap(definition, task, body, shape.Lanes);
    }

    private static long BlockRows(ContractionShape shape, RegisterTile tile)
    {
        var rows = shape.Broadcast?.Extent ?? 1;
        if (shape.Choice == LaneChoice.Result) return rows;
        var fit = Math.Max(tile.Rows, BlockBytes / Math.Max(1, shape.SummedExtent * 4));
        // Blocks of about one size: a last block of few rows would run at a fraction of the speed.
        var even = CeilingDivide(rows, CeilingDivide(rows, fit));
        return Math.Min(rows, CeilingDivide(even, tile.Rows) * tile.Rows);
    }

    private static long CeilingDivide(long a, long b) => (a + b - 1) / b;

    /// <summary>Few large tasks where the packed panel is swept by many rows, but enough for every worker to have some.</summary>
    private static long PanelsPerTask(ContractionShape shape, long otherTasks, long panels, bool packed)
    {
        if (packed || shape.Choice == LaneChoice.Result) return 1;
        var wanted = Math.Max(1, EnoughTasks / otherTasks);
        return Math.Max(1, panels / wanted);
    }
}
