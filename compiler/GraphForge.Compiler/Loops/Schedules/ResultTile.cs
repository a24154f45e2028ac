using GraphForge.Runtime;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// A tile of results in registers, lanes along the vector axis: cleared or taken up again, accumulated over a stretch of the sum,
/// and put aside or finished.
/// </summary>
internal sealed class ResultTile
{
    /// <summary>Summed elements during which memory comes.</summary>
    private const long LongSum = 64;

    private readonly ContractionShape _shape;
    private readonly TileRows _rows;
    private readonly IndexExpr _firstColumn;
    private readonly long _columns;
    private readonly LoopBuffer _sums;

    public ResultTile(ContractionShape shape, TileRows rows, IndexExpr firstColumn, long columns)
    {
        (_shape, _rows, _firstColumn, _columns) = (shape, rows, firstColumn, columns);
        _sums = new LoopBuffer("sum", shape.Type, rows.Count * Vectors * shape.Terms.Count * shape.Lanes);
    }

    private long Vectors => CeilingDivide(_columns, _shape.Lanes);

    public Statement Allocate() => new Allocate(_sums, BufferPlace.Register, isVector: true);

    public Statement Clear() => EachRegister((slot, lane) => new Store(_sums, slot + lane, ConstantExpr.Zero(_shape.Type)));

    /// <summary>
    /// Asks for the rows that the epilogue reads of large operands, which come while the sums are computed: rows far apart are not
    /// foreseen by hardware.
    /// </summary>
    public Statement Await()
    {
        var row = new LoopVar("row", _rows.Count);
        var lines = from load in EpilogueRows()
                    from v in Enumerable.Range(0, (int)Vectors)
                    let at = _rows.At(_shape, row, _firstColumn + (long)v * _shape.Lanes)
                    select new Prefetch(load.Buffer, load.Index.Substitute(at));
        var asked = Block.Of(lines);
        return asked.Statements.Count == 0 || _shape.SummedExtent < LongSum ? Block.Of() : new For(row, LoopKind.Serial, asked, note: "Ask for what is read after the sums.");
    }

    private IEnumerable<LoadExpr> EpilogueRows() =>
        from load in Loads.Of(_shape.Stores.Select(s => _shape.Finished(s.Value, [.. _shape.Terms.Select(t => ConstantExpr.Zero(t.Sum.Type))])))
            .DistinctBy(l => (l.Buffer, l.Index))
        where load.Buffer.Count * load.Buffer.Type.Size() >= ContractionBlocking.SecondLevelBytes
        where LaneAnalysis.IsContiguous(load.Index, _shape.Vector) && _shape.Broadcast is { } rows && load.Index.Variables.Contains(rows)
        select load;

    /// <summary>Takes up sums put aside at <paramref name="start"/>.</summary>
    public Statement Restore(LoopBuffer partial, IndexExpr start) =>
        EachRegister((slot, lane) => new Store(_sums, slot + lane, new LoadExpr(partial, start + slot + lane)));

    public Statement PutAside(LoopBuffer partial, IndexExpr start) =>
        EachRegister((slot, lane) => new Store(partial, start + slot + lane, new LoadExpr(_sums, slot + lane)));

    /// <summary>Adds the products of a stretch of the sum.</summary>
    public Statement Accumulate(SummedBlock sum, BroadcastRows operand, VectorPanel? panel)
    {
        var add = new List<Statement>();
        for (long r = 0; r < _rows.Count; r++)
            for (long v = 0; v < Vectors; v++)
                for (var t = 0; t < _shape.Terms.Count; t++)
                {
                    var lane = new LoopVar("lane", panel is null ? Kept(v) : _shape.Lanes, isLane: true);
                    var vector = panel?.Load(t, v, lane) ??
                        _shape.Terms[t].VectorOperand.Substitute(sum.Values).Substitute(_rows.At(_shape, r, _firstColumn + v * _shape.Lanes + lane));
                    var product = new BinaryExpr(BinaryFunction.Multiply, operand.At(_rows, r), vector);
                    add.Add(new For(lane, LoopKind.Vector, new Store(_sums, Slot(r, v, t) + lane, product, ReduceFunction.Sum)));
                }
        return sum.Each(Block.Of(add), $"{_rows.Count} × {_columns} results in registers.");
    }

    /// <summary>The epilogue on registers: stores values with the finished sums in place of the contractions.</summary>
    public Statement Finish()
    {
        var stores = new List<Statement>();
        for (long r = 0; r < _rows.Count; r++)
            for (long v = 0; v < Vectors; v++)
                stores.Add(Stored(r, firstColumn: v * _shape.Lanes, Kept(v), t => (_sums, Slot(r, v, t))));
        return Block.Of(stores);
    }

    /// <summary>The epilogue on sums put aside at <paramref name="start"/>, written once for all vectors of the tile.</summary>
    public Statement Finish(LoopBuffer partial, IndexExpr start)
    {
        var row = new LoopVar("row", _rows.Count);
        var (whole, rest) = Math.DivRem(_columns, _shape.Lanes);
        var vector = new LoopVar("v", whole);
        var stores = new List<Statement>();
        if (whole > 0)
            stores.Add(new For(vector, LoopKind.Serial, Stored(row, (IndexExpr)vector * _shape.Lanes, _shape.Lanes, t => (partial, start + Slot(row, vector, t)))));
        if (rest > 0) stores.Add(Stored(row, whole * _shape.Lanes, rest, t => (partial, start + Slot(row, whole, t))));
        return new For(row, LoopKind.Serial, Block.Of(stores), note: "What follows the sums, and the stores.");
    }

    private For Stored(IndexExpr row, IndexExpr firstColumn, long count, Func<int, (LoopBuffer Buffer, IndexExpr Start)> place)
    {
        var lane = new LoopVar("lane", count, isLane: true);
        var finished = Enumerable.Range(0, _shape.Terms.Count).Select(place).Select(p => (Expr)new LoadExpr(p.Buffer, p.Start + lane)).ToArray();
        return new For(lane, LoopKind.Vector, _shape.Stored(_rows.At(_shape, row, _firstColumn + firstColumn + lane), finished));
    }

    private long Kept(long vector) => Math.Min(_shape.Lanes, _columns - vector * _shape.Lanes);

    private IndexExpr Slot(IndexExpr row, IndexExpr vector, long term) => ((row * Vectors + vector) * _shape.Terms.Count + term) * _shape.Lanes;

    private Statement EachRegister(Func<IndexExpr, LoopVar, Statement> body) => Block.Of(
        Enumerable.Range(0, (int)(_sums.Count / _shape.Lanes)).Select(i =>
        {
            var lane = new LoopVar("lane", _shape.Lanes, isLane: true);
            return new For(lane, LoopKind.Vector, body((IndexExpr)((long)i * _shape.Lanes), lane));
        }));
}
