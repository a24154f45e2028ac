using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Schedule.Attention;

/// <summary>How a contraction sums over a matrix of scores.</summary>
/// <param name="OverKeys">Whether each row is summed, as for the values attended to; else each column, as for their gradients.</param>
/// <param name="Scores">Number of the operand that is the matrix.</param>
/// <param name="Feature">The label that only the other operand has.</param>
public sealed record ScoreProduct(bool OverKeys, int Scores, int Feature)
{
    /// <summary>
    /// The axes of the matrix a contraction makes, [.., rows, keys] with rows of one operand and keys of the other, or [.., keys] with
    /// a single row for each matrix, whose axes are all of one operand; null where it makes none.
    /// </summary>
    public static ScoreAxes? AxesOf(Node node)
    {
        if (node.Op is not Contraction { Output.Count: >= 1 } op || !op.Contracted.Any() || !node.Type.DType.IsFloat()) return null;
        var key = op.Output[^1];
        if (op.Left.Contains(key) == op.Right.Contains(key)) return null;
        var (own, other) = op.Left.Contains(key) ? (op.Left, op.Right) : (op.Right, op.Left);
        if (op.Output.Count > 1 && !own.Contains(op.Output[^2])) return new ScoreAxes(node.Shape, true);
        return op.Output.SkipLast(1).All(other.Contains) ? new ScoreAxes(node.Shape, false) : null;
    }

    /// <summary>
    /// Null unless <paramref name="node"/> sums rows or columns of <paramref name="scores"/>, of the shape of the matrix, with rows of
    /// another operand.
    /// </summary>
    public static ScoreProduct? Of(Node node, Node scores, ScoreAxes matrix)
    {
        if (node.Op is not Contraction op || scores.Shape != matrix.Shape || node.Inputs[0] == node.Inputs[1]) return null;
        var side = node.Inputs[0] == scores ? 0 : 1;
        var (own, other) = side == 0 ? (op.Left, op.Right) : (op.Right, op.Left);
        var key = own[^1];
        if (op.Output.Where(l => !own.Contains(l)).ToArray() is not [var feature]) return null;
        var summed = op.Contracted.ToHashSet();
        if (!matrix.HasRows) return summed.SetEquals([key]) ? new ScoreProduct(true, side, feature) : null;
        var row = own[^2];
        if (summed.SetEquals([key]) && !other.Contains(row)) return new ScoreProduct(true, side, feature);
        return summed.Contains(row) && !summed.Contains(key) && !other.Contains(key) ? new ScoreProduct(false, side, feature) : null;
    }
}
