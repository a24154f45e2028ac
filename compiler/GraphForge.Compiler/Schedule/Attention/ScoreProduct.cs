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
    /// Whether a contraction makes a matrix [.., rows, keys], its last two axes being one of either operand. Other axes may be of
    /// one operand or both.
    /// </summary>
    public static bool MakesScores(Node node)
    {
        if (node.Op is not Contraction { Output.Count: >= 2 } op || !op.Contracted.Any() || !node.Type.DType.IsFloat()) return false;
        var (row, key) = (op.Output[^2], op.Output[^1]);
        return op.Left.Contains(row) != op.Right.Contains(row) && op.Left.Contains(key) != op.Right.Contains(key) &&
            op.Left.Contains(row) == op.Right.Contains(key);
    }

    /// <summary>
    /// Null unless <paramref name="node"/> sums rows or columns of <paramref name="scores"/>, of the shape of the matrix, with rows of
    /// another operand.
    /// </summary>
    public static ScoreProduct? Of(Node node, Node scores, Shape matrix)
    {
        if (node.Op is not Contraction op || scores.Shape != matrix || node.Inputs[0] == node.Inputs[1]) return null;
        var side = node.Inputs[0] == scores ? 0 : 1;
        var (own, other) = side == 0 ? (op.Left, op.Right) : (op.Right, op.Left);
        var (row, key) = (own[^2], own[^1]);
        if (op.Output.Where(l => !own.Contains(l)).ToArray() is not [var feature]) return null;
        var summed = op.Contracted.ToHashSet();
        if (summed.SetEquals([key]) && !other.Contains(row)) return new ScoreProduct(true, side, feature);
        return summed.Contains(row) && !summed.Contains(key) && !other.Contains(key) ? new ScoreProduct(false, side, feature) : null;
    }
}
