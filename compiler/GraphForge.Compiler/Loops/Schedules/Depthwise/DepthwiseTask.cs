namespace GraphForge.Compiler.Loops.Schedules.Depthwise;

/// <summary>One vector of a tile's results: cleared, accumulated over the whole sum, finished and stored.</summary>
/// <param name="shape">The contraction.</param>
/// <param name="tile">Which results.</param>
/// <param name="first">First value of the tile's cut variable.</param>
/// <param name="steps">How many of its values.</param>
/// <param name="column">First element of the vector.</param>
/// <param name="columns">Elements of the vector.</param>
internal sealed class DepthwiseTask(DepthwiseContraction shape, DepthwiseTile tile, IndexExpr first, long steps, IndexExpr column, long columns)
{
    private readonly LoopBuffer _sums = new("sum", shape.Sum.Type, steps * tile.Accumulators / tile.Steps * shape.Lanes);

    private IReadOnlyList<long> Extents => [.. tile.Whole.Select(v => v.Extent), steps];

    private int Count => (int)(_sums.Count / shape.Lanes);

    public Statement Build() => Block.Of(
        [new Allocate(_sums, BufferPlace.Register, isVector: true), .. Each((slot, lane) => new Store(_sums, slot + lane, Zero), shape.Lanes), Sum(), .. Finish()]);

    private ConstantExpr Zero => ConstantExpr.Zero(shape.Sum.Type);

    /// <summary>Loops over what of the sum is not written out.</summary>
    private Statement Sum()
    {
        var written = shape.Summed.TakeLast(tile.Unrolled).ToArray();
        var around = shape.Summed.SkipLast(tile.Unrolled).ToArray();
        if (tile.Chunk == 1) return For.Nest(around, Block.Of(Combinations(written).SelectMany(Products)));
        var cut = around[^1];
        var (whole, rest) = Math.DivRem(cut.Extent, tile.Chunk);
        var step = new LoopVar(cut.Name, whole);
        var chunks = new For(step, LoopKind.Serial, Chunk((IndexExpr)step * tile.Chunk, tile.Chunk));
        return For.Nest(around.SkipLast(1), rest == 0 ? chunks : Block.Of(chunks, Chunk(whole * tile.Chunk, rest)));

        Block Chunk(IndexExpr start, long count) => Block.Of(
            from i in Enumerable.Range(0, (int)count)
            from at in Combinations(written)
            from product in Products(new Dictionary<LoopVar, IndexExpr>(at) { [cut] = start + i })
            select product);
    }

    private IEnumerable<Statement> Products(IReadOnlyDictionary<LoopVar, IndexExpr> summed) => Each((slot, lane) => new Store(
        _sums, slot + lane, shape.Sum.Body.Substitute(summed).Substitute(At(Place((int)(slot.Constant / shape.Lanes)), lane)), ReduceFunction.Sum), columns);

    /// <summary>What follows the sum, straight from the registers where that is little, else once for all of them.</summary>
    private IEnumerable<Statement> Finish()
    {
        if (!Cost.IsLoop(shape.Stores, [shape.Sum]))
            return Each((slot, lane) => shape.Stored(At(Place((int)(slot.Constant / shape.Lanes)), lane), new LoadExpr(_sums, slot + lane)), columns);
        var finished = new LoopBuffer("finished", _sums.Type, _sums.Count);
        var places = Extents.Select((extent, i) => new LoopVar($"t{i}", extent)).ToArray();
        var lane = new LoopVar("lane", columns, isLane: true);
        var value = new LoadExpr(finished, LoopIndices.Linear(places) * shape.Lanes + lane);
        return
        [
            new Allocate(finished, BufferPlace.Scratch),
            .. Each((slot, l) => new Store(finished, slot + l, new LoadExpr(_sums, slot + l)), shape.Lanes),
            For.Nest(places, new For(lane, LoopKind.Vector, shape.Stored(At([.. places.Select(p => (IndexExpr)p)], lane), value))),
        ];
    }

    /// <summary>Values of the tile's variables at a register.</summary>
    private IndexExpr[] Place(int register) => IndexExpr.Unravel(register, [.. Extents]);

    private Dictionary<LoopVar, IndexExpr> At(IndexExpr[] place, LoopVar lane)
    {
        var values = tile.Whole.Zip(place).ToDictionary(p => p.First, p => p.Second);
        if (tile.Cut is not null) values[tile.Cut] = first + place[^1];
        values[shape.Vector] = column + lane;
        return values;
    }

    private IEnumerable<Statement> Each(Func<IndexExpr, LoopVar, Statement> body, long extent) => Enumerable.Range(0, Count).Select(i =>
    {
        var lane = new LoopVar("lane", extent, isLane: true);
        return new For(lane, LoopKind.Vector, body((IndexExpr)((long)i * shape.Lanes), lane));
    });

    private static IEnumerable<Dictionary<LoopVar, IndexExpr>> Combinations(IReadOnlyList<LoopVar> variables)
    {
        var extents = variables.Select(v => v.Extent).ToArray();
        for (long i = 0; i < extents.Aggregate(1L, (p, e) => p * e); i++)
            yield return variables.Zip(IndexExpr.Unravel(i, extents)).ToDictionary(p => p.First, p => p.Second);
    }
}
