using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// The vector operands of one panel, packed: one dense row a summed element, or one for all positions of windows that slide, with the columns
/// of the panel for each term in turn, zeros where columns end.
/// </summary>
internal sealed class VectorPanel
{
    private const string Note = "Pack the panel: rows of neighbouring columns.";

    private readonly ContractionShape _shape;
    private readonly SummedBlock _sum;
    private readonly IReadOnlyDictionary<LoopVar, IndexExpr> _batch;
    private readonly PanelOperands _operands;
    private readonly LoopVar[] _rows;
    private readonly long _termExtent;
    private readonly LoopBuffer _buffer;

    /// <param name="shape">The contraction.</param>
    /// <param name="tile">As wide as the panel.</param>
    /// <param name="sum">The stretch of the sum.</param>
    /// <param name="batch">Values of the batch variables.</param>
    public VectorPanel(ContractionShape shape, RegisterTile tile, SummedBlock sum, IReadOnlyDictionary<LoopVar, IndexExpr> batch)
    {
        (_shape, _sum, _batch, _operands) = (shape, sum, batch, shape.Panel!);
        _rows = [.. sum.Variables.Where(v => v != _operands.Position)];
        _termExtent = _operands.Width(tile.VectorExtent, shape.Lanes);
        _buffer = new LoopBuffer("panel", shape.Type, _rows.Aggregate(RowExtent, (product, v) => product * v.Extent));
    }

    private long RowExtent => _shape.Terms.Count * _termExtent;

    public Statement Allocate() => new Allocate(_buffer, BufferPlace.Scratch);

    /// <summary>A vector of a term at the summed variables.</summary>
    public LoadExpr Load(int term, long vector, LoopVar lane) => new(_buffer, Place(term, vector * _shape.Lanes) + _operands.Start + lane);

    /// <summary>Copies columns [firstColumn, firstColumn + columns) of every vector operand, and those that windows reach beyond them.</summary>
    public Statement Pack(IndexExpr firstColumn, long columns) =>
        _operands.Turns(firstColumn.Constant, columns, firstColumn.IsConstant, _shape.Lanes)
            ? Block.Of(Terms.Select(t => Turned(t, firstColumn, columns)))
            : EachRow(Block.Of(Terms.SelectMany(t => Copies(t, firstColumn, columns + _operands.Reach))), Note);

    private IEnumerable<int> Terms => Enumerable.Range(0, _shape.Terms.Count);

    private Statement EachRow(Statement body, string note) => _sum.Without([.. _sum.Variables.Except(_rows)], body, note);

    private IndexExpr Place(int term, IndexExpr column) => LoopIndices.Linear(_rows) * RowExtent + term * _termExtent + column;

    private IEnumerable<Statement> Copies(int term, IndexExpr firstColumn, long columns)
    {
        for (long first = 0; first < _termExtent; first += _shape.Lanes)
        {
            var count = Math.Clamp(columns - first, 0, _shape.Lanes);
            if (count < _shape.Lanes) yield return Zeros(term, first);
            if (count == 0) continue;
            var lane = new LoopVar("lane", count, isLane: true);
            var values = new Dictionary<LoopVar, IndexExpr>(_batch) { [_operands.Column] = firstColumn + first + lane };
            var value = _operands.Values[term].Substitute(_sum.Values).Substitute(values);
            yield return new For(lane, LoopKind.Vector, new Store(_buffer, Place(term, first) + lane, value));
        }
    }

    private For Zeros(int term, long first)
    {
        var lane = new LoopVar("lane", _shape.Lanes, isLane: true);
        return new For(lane, LoopKind.Vector, new Store(_buffer, Place(term, first) + lane, ConstantExpr.Zero(_shape.Type)));
    }

    /// <summary>Turns blocks of a square of lanes over, where a column's neighbours in memory are the next summed elements.</summary>
    private Block Turned(int term, IndexExpr firstColumn, long columns)
    {
        var (low, high) = firstColumn.IsConstant ? _operands.Inside(term, firstColumn.Constant, columns) : (0, columns + _operands.Reach);
        // Null where all of it is padding.
        var operand = PaddedLoad.Of(_operands.Values[term].Substitute(_sum.Values).Substitute(_batch));
        var isAlwaysThere = operand is not null && operand.Bounds.All(b => b.Variables.Contains(_operands.Column));
        var zeros = from vector in Below(_termExtent / _shape.Lanes)
                    let first = vector * _shape.Lanes
                    where !isAlwaysThere || first < low || first + _shape.Lanes > high
                    select Zeros(term, first);
        var filled = Block.Of(zeros);
        return Block.Of(
            filled.Statements.Count == 0 ? filled : EachRow(filled, "Padding, and what is beyond the columns."),
            operand is null ? Block.Of() : Turned(term, operand, firstColumn, low, high));
    }

    private Statement Turned(int term, PaddedLoad operand, IndexExpr firstColumn, long low, long high)
    {
        var axis = _sum.Variables[_shape.Summed.Index().First(v => v.Item == _operands.Turned).Index];
        var (extent, step) = (_sum.ExtentOf(axis), new LoopVar("block", CeilingDivide(axis.Extent, _shape.Lanes)));
        var at = new Dictionary<LoopVar, IndexExpr> { [axis] = (IndexExpr)step * _shape.Lanes };
        var left = extent - (IndexExpr)step * _shape.Lanes;
        var turns = new List<Statement>();
        for (var first = low; first < high; first += _shape.Lanes)
        {
            // The last block overlaps the one before it, so that no zeros follow on what is another row's.
            var start = Math.Clamp(high - _shape.Lanes, low, first);
            var source = operand.Load.Index.Substitute(new Dictionary<LoopVar, IndexExpr> { [_operands.Column] = firstColumn + start }).Substitute(at);
            turns.Add(new Transpose(
                new MatrixPlace(_buffer, Place(term, start).Substitute(at), LoopIndices.Linear(_rows).Coefficient(axis) * RowExtent),
                new MatrixPlace(operand.Load.Buffer, source, operand.Load.Index.Coefficient(_operands.Column)),
                Math.Min(_shape.Lanes, high - start), left.IsConstant || left.Minimum < _shape.Lanes ? left : _shape.Lanes));
        }
        var limit = extent.IsConstant ? null : (extent + (_shape.Lanes - 1)) / _shape.Lanes;
        LoopVar[] inside = [.. _sum.Variables.Except(_rows), axis];
        var note = term == 0 ? Note : "";
        var blocks = new For(step, LoopKind.Serial, Block.Of(turns), limit, inside.Length == _sum.Variables.Count ? note : "");
        return _sum.Without(inside, operand.Guarded(_operands.Column, blocks), note);
    }
}
