using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Winograd;

/// <summary>
/// Products of transformed tiles. A task transforms a block of tiles into scratch memory, multiplies, and transforms back: a
/// convolution finishes block by block, a weight gradient adds up the products of all its blocks first.
/// </summary>
internal static class WinogradSchedule
{
    /// <summary>Null for kernels of any other form.</summary>
    public static LoopKernel? Build(KernelDefinition definition, CpuTarget target) => WinogradShape.Of(definition, target) is not { } shape ? null
        : shape.SumsTiles ? OverTiles(definition, shape, target) : TileByTile(definition, shape, target);

    private static LoopKernel? TileByTile(KernelDefinition definition, WinogradShape shape, CpuTarget target)
    {
        var axes = shape.Axes;
        var tiles = axes.Aggregate(1L, (p, a) => p * a.Tiles);
        var blocking = WinogradBlocking.OfConvolution(shape, tiles);
        var (blocks, groups) = ((tiles + blocking.Tiles - 1) / blocking.Tiles, shape.Vector.Extent / blocking.Columns);
        var task = new LoopVar("task", blocks * groups);
        var place = IndexExpr.Unravel(task, [blocks, groups]);
        var (first, column) = (place[0] * blocking.Tiles, place[1] * blocking.Columns);
        var count = blocks * blocking.Tiles == tiles ? null : tiles - first;
        var spectrum = new SpectrumStage("spectrum", shape.Left, shape.Channel, blocking.Channels, blocking.Tiles, shape.Root.Type, shape.Lanes);
        var products = Products(shape, blocking.Tiles * blocking.Columns);
        var result = new ResultStage(shape, products, blocking.Tiles, blocking.Columns, blocking.Columns, target);
        var multiply = ProductStage.Build(products, [shape.ProductCount, blocking.Tiles, blocking.Columns], blocking.Channels,
            spectrum.At, (product, channel, c) => shape.Right.Core.Substitute(Values(shape, product, channel, column + c)), adds: false, target);
        if (multiply is null) return null;
        var (tile, finished) = (new LoopVar("tile", blocking.Tiles), new LoopVar("tile", blocking.Tiles));
        return TaskLoop.Wrap(definition, task, Block.Of(
        [
            .. spectrum.Allocate(), new Allocate(products, BufferPlace.Scratch), .. result.Allocate(),
            spectrum.Build(tile, Starts(axes, first + tile), 0, count), multiply,
            result.Build(finished, count, positions => Results(axes, first + finished, positions), column),
        ]), shape.Lanes);
    }

    private static LoopKernel? OverTiles(KernelDefinition definition, WinogradShape shape, CpuTarget target)
    {
        var summed = shape.Product.ReducedVariables;
        var tiles = summed.Aggregate(1L, (p, v) => p * v.Extent);
        var batch = shape.Axes.Aggregate(1L, (p, a) => p * a.Tiles);
        var blocking = WinogradBlocking.OfWeightGradient(shape, tiles, batch);
        long[] parts = [batch, shape.Channel.Extent / blocking.Channels, shape.Vector.Extent / blocking.Columns];
        var task = new LoopVar("task", parts.Aggregate(1L, (p, n) => p * n));
        var place = IndexExpr.Unravel(task, parts);
        var (channel, column) = (place[1] * blocking.Channels, place[2] * blocking.Columns);
        var left = new SpectrumStage("spectrum", shape.Left, shape.Channel, blocking.Channels, blocking.Tiles, shape.Root.Type, shape.Lanes);
        var right = new SpectrumStage("cotangents", shape.Right, shape.Vector, blocking.Columns, blocking.Tiles, shape.Root.Type, shape.Lanes);
        var products = Products(shape, blocking.Channels * right.Pitch);
        var result = new ResultStage(shape, products, blocking.Channels, blocking.Columns, right.Pitch, target);
        var multiply = ProductStage.Build(products, [shape.ProductCount, blocking.Channels, right.Pitch], blocking.Tiles,
            (product, row, k) => left.At(product, k, row), right.At, adds: true, target);
        if (multiply is null) return null;
        var row = new LoopVar("row", blocking.Channels);
        return TaskLoop.Wrap(definition, task, Block.Of(
        [
            .. left.Allocate(), .. right.Allocate(), new Allocate(products, BufferPlace.Scratch), .. result.Allocate(),
            Clear(products, shape.Lanes), Blocks(),
            result.Build(row, null, positions => new(Results(shape.Axes, place[0], positions)) { [shape.Channel] = channel + row }, column),
        ]), shape.Lanes);

        Statement Blocks()
        {
            var block = new LoopVar("block", (tiles + blocking.Tiles - 1) / blocking.Tiles);
            var first = (IndexExpr)block * blocking.Tiles;
            var count = block.Extent * blocking.Tiles == tiles ? null : tiles - first;
            var (leftTile, rightTile) = (new LoopVar("tile", blocking.Tiles), new LoopVar("tile", blocking.Tiles));
            var missing = count is null ? [] : new[] { new If(InBoundsExpr.Of(block, block.Extent - 1, block.Extent),
                Block.Of(left.Clear(tiles - (block.Extent - 1) * blocking.Tiles), right.Clear(tiles - (block.Extent - 1) * blocking.Tiles))) };
            return new For(block, LoopKind.Serial, Block.Of(
            [
                left.Build(leftTile, Tile(first + leftTile), channel, count), right.Build(rightTile, Tile(first + rightTile), column, count), .. missing, multiply,
            ]), note: "Blocks of tiles, one after the other.");
        }

        Dictionary<LoopVar, IndexExpr> Tile(IndexExpr number)
        {
            var values = summed.Zip(IndexExpr.Unravel(number, summed.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);
            foreach (var (variable, value) in Starts(shape.Axes, place[0])) values[variable] = value;
            return values;
        }
    }

    /// <summary>Scratch memory for matrices of so many elements, in whole vectors.</summary>
    private static LoopBuffer Products(WinogradShape shape, long elements) =>
        new("products", shape.Root.Type, (shape.ProductCount * elements + shape.Lanes - 1) / shape.Lanes * shape.Lanes);

    private static For Clear(LoopBuffer products, int lanes)
    {
        var vector = new LoopVar("v", products.Count / lanes);
        var lane = new LoopVar("lane", lanes, isLane: true);
        return new For(vector, LoopKind.Serial, new For(lane, LoopKind.Vector,
            new Store(products, (IndexExpr)vector * lanes + lane, ConstantExpr.Zero(products.Type))));
    }

    /// <summary>Values of the right factor's variables where it holds transformed weights.</summary>
    private static Dictionary<LoopVar, IndexExpr> Values(WinogradShape shape, IndexExpr product, IndexExpr channel, IndexExpr column)
    {
        var numbers = IndexExpr.Unravel(product, shape.Back.Select(t => (long)t.Columns).ToArray());
        return new(shape.Products.Zip(numbers, KeyValuePair.Create)) { [shape.Channel] = channel, [shape.Vector] = column };
    }

    /// <summary>The first result of a tile along every axis.</summary>
    private static Dictionary<LoopVar, IndexExpr> Starts(IReadOnlyList<ResultAxis> axes, IndexExpr tile) => Results(axes, tile, []);

    private static Dictionary<LoopVar, IndexExpr> Results(IReadOnlyList<ResultAxis> axes, IndexExpr tile, IndexExpr[] positions)
    {
        var numbers = IndexExpr.Unravel(tile, axes.Select(a => a.Tiles).ToArray());
        return axes.Zip(numbers).ToDictionary(p => p.First.Variable,
            p => p.Second * p.First.Size + (p.First.Transform < 0 || positions.Length == 0 ? 0 : positions[p.First.Transform]));
    }
}
