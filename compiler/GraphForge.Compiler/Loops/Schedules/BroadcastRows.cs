using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>The broadcast operand of a task's rows: read in place, or copied first into scratch memory.</summary>
/// <param name="shape">The contraction.</param>
/// <param name="blocking">How it is cut, and how rows are copied.</param>
/// <param name="block">The rows.</param>
/// <param name="sum">The stretch of the sum.</param>
internal sealed class BroadcastRows(ContractionShape shape, ContractionBlocking blocking, RowBlock block, SummedBlock sum)
{
    /// <summary>Summed elements between asking for lines and copying them.</summary>
    private const long Ahead = 4;

    private readonly LoopBuffer? _packed = blocking.Broadcast == BroadcastPacking.None ? null
        : new LoopBuffer("rows", shape.Type, Strips(shape, blocking) * Strip(shape, blocking) * RowStride(shape, blocking, sum));

    public Statement Allocate() => _packed is null ? Block.Of() : new Allocate(_packed, BufferPlace.Scratch);

    /// <summary>Copies the block's rows for the stretch of the sum.</summary>
    public Statement Pack() => blocking.Broadcast switch
    {
        BroadcastPacking.SideBySide => PackSideBySide(),
        BroadcastPacking.Rows => PackRows(),
        _ => Block.Of(),
    };

    /// <summary>The operand of a tile's row.</summary>
    public Expr At(TileRows rows, long row) => _packed is null
        ? shape.BroadcastOperand.Substitute(sum.Values).Substitute(rows.At(shape, row))
        : new LoadExpr(_packed, Packed(rows.Tile, row));

    /// <summary>Rows that stand side by side: whole vectors and whole tiles.</summary>
    private static long Strip(ContractionShape shape, ContractionBlocking blocking) => blocking.Broadcast == BroadcastPacking.SideBySide
        ? blocking.StripTiles(shape) * blocking.Tile.Rows
        : 1;

    private static long Strips(ContractionShape shape, ContractionBlocking blocking) => blocking.Broadcast == BroadcastPacking.SideBySide
        ? CeilingDivide(blocking.TaskRows(shape), Strip(shape, blocking))
        : blocking.TaskTiles(shape) * blocking.Tile.Rows;

    /// <summary>Elements for a row. Rows of their own are a cache line apart from a stride that would make them share a cache set.</summary>
    private static long RowStride(ContractionShape shape, ContractionBlocking blocking, SummedBlock sum) => blocking.Broadcast == BroadcastPacking.Rows
        ? CeilingDivide(sum.Extent, shape.Lanes) * shape.Lanes + shape.Lanes
        : sum.Extent;

    private IndexExpr Packed(IndexExpr tile, IndexExpr row)
    {
        if (blocking.Broadcast == BroadcastPacking.Rows) return (tile * blocking.Tile.Rows + row) * RowStride(shape, blocking, sum) + sum.Linear;
        var (strip, tiles) = (Strip(shape, blocking), blocking.StripTiles(shape));
        return tile / tiles * (strip * sum.Extent) + sum.Linear * strip + tile % tiles * blocking.Tile.Rows + row;
    }

    /// <summary>
    /// The sum runs outside, as each of its elements may lie in a page of its own. No hardware foresees the next page: its lines are asked for
    /// some elements before they are needed.
    /// </summary>
    private Statement PackSideBySide()
    {
        var perStrip = Strip(shape, blocking) / shape.Lanes;
        var (vectors, rest) = Math.DivRem(shape.Rows, (long)shape.Lanes);
        var (whole, left) = Math.DivRem(vectors, perStrip);
        var first = block.First / Strip(shape, blocking);
        var strip = new LoopVar("strip", Math.Min(Strips(shape, blocking), whole));
        var statements = new List<Statement>();
        if (whole > 0) statements.Add(new For(strip, LoopKind.Serial, Block.Of(Below(perStrip).Select(v => Copy(strip, v, shape.Lanes))), whole - first));
        var last = Below(left).Select(v => Copy(whole - first, v, shape.Lanes)).ToList();
        if (rest > 0) last.Add(Copy(whole - first, left, rest));
        if (last.Count > 0) statements.Add(RowBlock.If(block.IsLast, Block.Of(last)));
        return sum.Each(Block.Of(statements), "Pack the rows: neighbours side by side for each summed element.");
    }

    /// <summary>A vector of a strip at the summed variables, or the first <paramref name="count"/> elements of one.</summary>
    private Block Copy(IndexExpr strip, long vector, long count)
    {
        var lane = new LoopVar("lane", count, isLane: true);
        var width = Strip(shape, blocking);
        var from = block.First + strip * width + vector * shape.Lanes;
        var operand = shape.BroadcastOperand.Substitute(sum.Values);
        var copy = new For(lane, LoopKind.Vector, new Store(
            _packed!, strip * (width * sum.Extent) + sum.Linear * width + vector * shape.Lanes + lane, operand.Substitute(At(from + lane))));
        var soon = new Dictionary<LoopVar, IndexExpr> { [sum.Variables[^1]] = (IndexExpr)sum.Variables[^1] + Ahead };
        var asked = Loads.Of(operand).Where(l => LaneAnalysis.IsContiguous(l.Index, shape.Broadcast!)).Select(l => (l.Buffer, l.Index)).Distinct()
            .Select(l => new Prefetch(l.Buffer, l.Index.Substitute(At(from)).Substitute(soon)));
        return Block.Of([.. asked, copy]);

        Dictionary<LoopVar, IndexExpr> At(IndexExpr row) => new(block.Batch) { [shape.Broadcast!] = row };
    }

    private Statement PackRows() => block.EachTile(rows =>
    {
        var row = new LoopVar("row", rows.Count);
        var axis = sum.Variables[^1];
        var operand = shape.BroadcastOperand.Substitute(sum.Values).Substitute(rows.At(shape, row));
        var place = Packed(rows.Tile, row);
        var copies = sum.EachVector(shape.Lanes, Copy);
        return new For(row, LoopKind.Serial, sum.Without([axis], copies, ""), note: "Pack the rows.");

        For Copy(IndexExpr vector, long count)
        {
            var lane = new LoopVar("lane", count, isLane: true);
            var at = new Dictionary<LoopVar, IndexExpr> { [axis] = vector * shape.Lanes + lane };
            return new For(lane, LoopKind.Vector, new Store(_packed!, place.Substitute(at), operand.Substitute(at)));
        }
    });
}
