using GraphForge.Compiler.Graph;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// The vector operands of one panel, packed: one dense row a summed element, with the columns of the panel for each term in turn,
/// zeros where columns end.
/// </summary>
internal sealed class VectorPanel
{
    private const string Note = "Pack the panel: one row of neighbouring columns for each summed element.";

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
        _termExtent = CeilingDivide(tile.VectorExtent + _operands.Reach, shape.Lanes) * shape.Lanes;
        _buffer = new LoopBuffer("panel", shape.Type, _rows.Aggregate(RowExtent, (product, v) => product * v.Extent));
    }

    private long RowExtent => _shape.Terms.Count * _termExtent;

    public Statement Allocate() => new Allocate(_buffer, BufferPlace.Scratch);

    /// <summary>A vector of a term at the summed variables.</summary>
    public LoadExpr Load(int term, long vector, LoopVar lane) => new(_buffer, Place(term, vector * _shape.Lanes) + _operands.Start + lane);

    /// <summary>Copies columns [firstColumn, firstColumn + columns) of every vector operand, and those that windows reach beyond them.</summary>
    public Statement Pack(IndexExpr firstColumn, long columns)
    {
        var part = new PanelColumns(firstColumn, columns + _operands.Reach);
        return _operands.Turned is { } axis && Terms.All(t => CanTurn(_operands.Values[t], part))
            ? Block.Of(Filled(), Block.Of(Terms.Select(t => Turned(t, axis, part))))
            : EachRow(Block.Of(Terms.SelectMany(t => Copies(t, part))), Note);
    }

    private IEnumerable<int> Terms => Enumerable.Range(0, _shape.Terms.Count);

    private bool IsPadded => _operands.Values.Any(v => PaddedLoad.Of(v) is { Bounds.Count: > 0 });

    private Statement EachRow(Statement body, string note) => _sum.Without([.. _sum.Variables.Except(_rows)], body, note);

    private IndexExpr Place(int term, IndexExpr column) => LoopIndices.Linear(_rows) * RowExtent + term * _termExtent + column;

    private IEnumerable<Statement> Copies(int term, PanelColumns part)
    {
        for (long first = 0; first < _termExtent; first += _shape.Lanes)
        {
            var count = Math.Clamp(part.Count - first, 0, _shape.Lanes);
            if (count < _shape.Lanes) yield return Zeros(term, first);
            if (count == 0) continue;
            var lane = new LoopVar("lane", count, isLane: true);
            var values = new Dictionary<LoopVar, IndexExpr>(_batch) { [_operands.Column] = part.First + first + lane };
            var value = _operands.Values[term].Substitute(_sum.Values).Substitute(values);
            yield return new For(lane, LoopKind.Vector, new Store(_buffer, Place(term, first) + lane, value));
        }
    }

    /// <summary>Zeros wherever turned blocks leave some.</summary>
    private Statement Filled() => _operands.Reach == 0 && !IsPadded ? Block.Of() : EachRow(
        Block.Of(from term in Terms from vector in Below(_termExtent / _shape.Lanes) select Zeros(term, vector * _shape.Lanes)), "Padding.");

    private For Zeros(int term, long first)
    {
        var lane = new LoopVar("lane", _shape.Lanes, isLane: true);
        return new For(lane, LoopKind.Vector, new Store(_buffer, Place(term, first) + lane, new ConstantExpr(Scalar.Of(_shape.Type, 0L))));
    }

    /// <summary>Where columns are padding, it must be known which, and blocks must be whole: the zeros after a narrow one may be the next row's place.</summary>
    private bool CanTurn(Expr operand, PanelColumns part) =>
        PaddedLoad.Of(operand)!.Bounds.All(b => !b.Variables.Contains(_operands.Column)) ||
        part.First.IsConstant && part.Inside(operand, _operands.Column) is var (low, high) && high - low >= _shape.Lanes;

    /// <summary>Turns blocks of a square of lanes over, where a column's neighbours in memory are the next summed elements.</summary>
    private Statement Turned(int term, LoopVar summed, PanelColumns part)
    {
        var axis = _sum.Variables[_shape.Summed.Index().First(v => v.Item == summed).Index];
        var (extent, step) = (_sum.ExtentOf(axis), new LoopVar("block", CeilingDivide(axis.Extent, _shape.Lanes)));
        var at = new Dictionary<LoopVar, IndexExpr> { [axis] = (IndexExpr)step * _shape.Lanes };
        var left = extent - (IndexExpr)step * _shape.Lanes;
        // Null where all of it is padding.
        if (PaddedLoad.Of(_operands.Values[term].Substitute(_sum.Values).Substitute(_batch)) is not { } operand) return Block.Of();
        var (low, high) = part.Inside(_operands.Values[term], _operands.Column);
        var isFilled = _operands.Reach > 0 || IsPadded;
        var turns = new List<Statement>();
        for (var first = low; first < high; first += _shape.Lanes)
        {
            var start = isFilled ? Math.Clamp(high - _shape.Lanes, low, first) : first;
            var source = operand.Load.Index.Substitute(new Dictionary<LoopVar, IndexExpr> { [_operands.Column] = part.First + start }).Substitute(at);
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

/// <summary>Some columns of the operands.</summary>
internal readonly record struct PanelColumns(IndexExpr First, long Count)
{
    /// <summary>Which of them are no padding, counted from the first. Where it is not known which is the first, all of them.</summary>
    public (long Low, long High) Inside(Expr operand, LoopVar column) =>
        !First.IsConstant || PaddedLoad.Of(operand)?.Inside(column) is not var (low, high) ? (0, Count)
        : (Math.Clamp(low - First.Constant, 0, Count), Math.Clamp(high - First.Constant, 0, Count));
}
