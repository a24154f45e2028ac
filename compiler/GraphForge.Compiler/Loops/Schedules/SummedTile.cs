using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>A tile of results in registers, a register each, lanes along the innermost sum: lanes are added at the end.</summary>
internal static class SummedTile
{
    public static Statement Build(ContractionShape shape, TileRows rows, IndexExpr firstColumn, long columns)
    {
        var lanes = shape.Lanes;
        var sums = new LoopBuffer("sum", shape.Type, rows.Count * columns * lanes);
        var (clear, store) = (new List<Statement>(), new List<Statement>());
        for (long slot = 0; slot < rows.Count * columns; slot++)
        {
            var all = new LoopVar("lane", lanes, isLane: true);
            clear.Add(new For(all, LoopKind.Vector, new Store(sums, (IndexExpr)(slot * lanes) + all, ConstantExpr.Zero(shape.Type))));
            var total = new ReduceExpr(ReduceFunction.Sum, [all], new LoadExpr(sums, (IndexExpr)(slot * lanes) + all));
            store.Add(shape.Stored(rows.At(shape, slot / columns, firstColumn + slot % columns), [total]));
        }
        var axis = shape.Summed[^1];
        var product = shape.Terms[0].Sum.Body;
        var inner = VectorLoop.Build(axis, lanes, (lane, at) => Block.Of(
            from r in Below(rows.Count)
            from c in Below(columns)
            let values = new Dictionary<LoopVar, IndexExpr>(rows.At(shape, r, firstColumn + c)) { [axis] = at[axis] }
            select new Store(sums, (IndexExpr)((r * columns + c) * lanes) + lane!, product.Substitute(values), ReduceFunction.Sum)));
        return Block.Of([new Allocate(sums, BufferPlace.Register, isVector: true), .. clear, For.Nest(shape.Summed.SkipLast(1), inner), .. store]);
    }
}
