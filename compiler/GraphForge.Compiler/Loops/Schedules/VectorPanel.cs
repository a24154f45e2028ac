using GraphForge.Compiler.Graph;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// The vector operands of one panel, packed: one dense row a summed element, with the columns of the panel for each term in turn,
/// zeros where columns end.
/// </summary>
/// <param name="shape">The contraction.</param>
/// <param name="tile">As wide as the panel.</param>
/// <param name="sum">The stretch of the sum.</param>
/// <param name="batch">Values of the batch variables.</param>
internal sealed class VectorPanel(ContractionShape shape, RegisterTile tile, SummedBlock sum, IReadOnlyDictionary<LoopVar, IndexExpr> batch)
{
    private const string Note = "Pack the panel: one row of neighbouring columns for each summed element.";

    private readonly LoopBuffer _buffer = new("panel", shape.Type, sum.Extent * shape.Terms.Count * tile.VectorExtent);

    private long RowExtent => shape.Terms.Count * tile.VectorExtent;

    public Statement Allocate() => new Allocate(_buffer, BufferPlace.Scratch);

    /// <summary>A vector of a term at the summed variables.</summary>
    public LoadExpr Load(int term, long vector, LoopVar lane) => new(_buffer, Place(term, vector * shape.Lanes) + lane);

    /// <summary>Copies columns [firstColumn, firstColumn + columns) of every vector operand.</summary>
    public Statement Pack(IndexExpr firstColumn, long columns) => shape.IsTransposed
        ? Block.Of(shape.Terms.Select((t, i) => Turn((LoadExpr)t.VectorOperand, i, firstColumn, columns)))
        : sum.Each(Block.Of(Enumerable.Range(0, shape.Terms.Count).SelectMany(t => Copies(t, firstColumn, columns))), Note);

    private IndexExpr Place(int term, long column) => sum.Linear * RowExtent + (term * tile.VectorExtent + column);

    private IEnumerable<Statement> Copies(int term, IndexExpr firstColumn, long columns)
    {
        for (long first = 0; first < columns; first += shape.Lanes)
        {
            var count = Math.Min(columns - first, shape.Lanes);
            if (count < shape.Lanes)
            {
                var all = new LoopVar("lane", shape.Lanes, isLane: true);
                yield return new For(all, LoopKind.Vector, new Store(_buffer, Place(term, first) + all, new ConstantExpr(Scalar.Of(shape.Type, 0L))));
            }
            var lane = new LoopVar("lane", count, isLane: true);
            var values = new Dictionary<LoopVar, IndexExpr>(batch) { [shape.Vector] = firstColumn + first + lane };
            var value = shape.Terms[term].VectorOperand.Substitute(sum.Values).Substitute(values);
            yield return new For(lane, LoopKind.Vector, new Store(_buffer, Place(term, first) + lane, value));
        }
    }

    /// <summary>Turns blocks of a square of lanes over, where a column's neighbours in memory are the next summed elements.</summary>
    private Statement Turn(LoadExpr operand, int term, IndexExpr firstColumn, long columns)
    {
        var axis = sum.Variables[^1];
        var step = new LoopVar("block", CeilingDivide(axis.Extent, shape.Lanes));
        var at = new Dictionary<LoopVar, IndexExpr> { [axis] = (IndexExpr)step * shape.Lanes };
        var left = sum.InnermostExtent - (IndexExpr)step * shape.Lanes;
        var turns = new List<Statement>();
        for (long first = 0; first < columns; first += shape.Lanes)
        {
            var values = new Dictionary<LoopVar, IndexExpr>(batch) { [shape.Vector] = firstColumn + first };
            var source = operand.Index.Substitute(sum.Values).Substitute(values).Substitute(at);
            turns.Add(new Transpose(
                new MatrixPlace(_buffer, Place(term, first).Substitute(at), RowExtent),
                new MatrixPlace(operand.Buffer, source, operand.Index.Coefficient(shape.Vector)),
                Math.Min(shape.Lanes, columns - first), left.IsConstant || left.Minimum < shape.Lanes ? left : shape.Lanes));
        }
        var limit = sum.InnermostExtent.IsConstant ? null : (sum.InnermostExtent + (shape.Lanes - 1)) / shape.Lanes;
        return sum.Outer(1, new For(step, LoopKind.Serial, Block.Of(turns), limit, term == 0 && sum.Variables.Count == 1 ? Note : ""), term == 0 ? Note : "");
    }
}
