using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

public static partial class Nodes
{
    /// <summary>
    /// Matrix product as NumPy's <c>matmul</c>: [.., m, k] · [.., k, n] → [.., m, n], leading axes broadcasting. A vector on
    /// the left is a row, on the right a column, and its axis is missing from the result.
    /// </summary>
    /// <exception cref="GraphException">A scalar, unlike inner extents, or leading axes that do not broadcast.</exception>
    public static Node MatMul(Node left, Node right)
    {
        if (left.Shape.Rank == 0 || right.Shape.Rank == 0)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"matMul needs operands with at least one axis, got {left.Type} and {right.Type}; multiply by a scalar with *.");
        var (rows, columns) = (left.Shape.Rank > 1, right.Shape.Rank > 1);
        if (left.Shape[^1] != right.Shape[columns ? ^2 : ^1])
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"matMul cannot multiply {left.Type} by {right.Type}: the last extent of the left operand, {left.Shape[^1]}, must " +
                $"equal the {(columns ? "second to last" : "only")} extent of the right, {right.Shape[columns ? ^2 : ^1]}; " +
                "transpose or reshape one operand.");
        // Leading axes are labelled from the end: …, 4, 3; then m, k and n are 0, 1 and 2.
        const int m = 0, k = 1, n = 2, firstLeading = 3;
        int[] leftLabels = [.. Leading(left, firstLeading), .. rows ? [m] : Array.Empty<int>(), k];
        int[] rightLabels = [.. Leading(right, firstLeading), k, .. columns ? [n] : Array.Empty<int>()];
        var leading = leftLabels.Concat(rightLabels).Where(l => l >= firstLeading).Distinct().OrderDescending();
        int[] output = [.. leading, .. rows ? [m] : Array.Empty<int>(), .. columns ? [n] : Array.Empty<int>()];
        CheckLeading(left, right);
        return Contract(left, leftLabels, right, rightLabels, output);
    }

    /// <summary>
    /// Product of two tensors by labelled axes, such as <c>"bij,bjk->bik"</c>: axes with equal letters run together, and
    /// letters missing from the result are summed over.
    /// </summary>
    /// <exception cref="GraphException">The labels are malformed or do not fit the operands.</exception>
    public static Node Einsum(string labels, Node left, Node right)
    {
        var (a, b, output) = Parse(labels, left, right);
        return Contract(SumAway(left, ref a, b, output), a, SumAway(right, ref b, a, output), b, output);
    }

    private static IEnumerable<int> Leading(Node operand, int first) =>
        Enumerable.Range(first, Math.Max(0, operand.Shape.Rank - 2)).Reverse();

    private static void CheckLeading(Node left, Node right) => Broadcasting.Common("the leading axes of matMul",
        left.Type with { Shape = Shape.Of(left.Shape.SkipLast(2)) }, right.Type with { Shape = Shape.Of(right.Shape.SkipLast(2)) });

    /// <summary>
    /// The contraction, after dropping from each operand the axes of extent 1 that broadcast against the other: an operand
    /// without a label is repeated along it, so broadcasting moves no data.
    /// </summary>
    private static Node Contract(Node left, int[] leftLabels, Node right, int[] rightLabels, int[] output)
    {
        var keptLeft = Kept(left, leftLabels, right, rightLabels, output);
        var keptRight = Kept(right, rightLabels, left, leftLabels, output);
        return Node.Of(
            new Contraction(
                keptLeft.Select(axis => leftLabels[axis]).ToEquatable(),
                keptRight.Select(axis => rightLabels[axis]).ToEquatable(),
                output),
            left.Reshape(Shape.Of(keptLeft.Select(axis => left.Shape[axis]))),
            right.Reshape(Shape.Of(keptRight.Select(axis => right.Shape[axis]))));
    }

    private static int[] Kept(Node own, int[] ownLabels, Node other, int[] otherLabels, int[] output) =>
        Enumerable.Range(0, ownLabels.Length).Where(axis =>
        {
            var partner = Array.IndexOf(otherLabels, ownLabels[axis]);
            return partner < 0 || !output.Contains(ownLabels[axis]) || !own.Shape[axis].Is(1) || other.Shape[partner].Is(1);
        }).ToArray();

    /// <summary>Sums over the axes whose label occurs nowhere else.</summary>
    private static Node SumAway(Node operand, ref int[] own, int[] other, int[] output)
    {
        var labels = own;
        var alone = Enumerable.Range(0, labels.Length)
            .Where(axis => !other.Contains(labels[axis]) && !output.Contains(labels[axis])).ToArray();
        own = labels.Where((_, axis) => !alone.Contains(axis)).ToArray();
        return alone.Length == 0 ? operand : operand.Sum(alone);
    }

    private static (int[] Left, int[] Right, int[] Output) Parse(string labels, Node left, Node right)
    {
        var parts = labels.Replace(" ", "").Split("->");
        var operands = parts[0].Split(',');
        if (parts.Length != 2 || operands.Length != 2 || parts.Concat(operands).Any(p => p.Any(c => c != ',' && !char.IsAsciiLetter(c))))
            throw new GraphException(ErrorCode.BadAttribute,
                $"einsum takes labels like \"bij,bjk->bik\", one letter an axis, got \"{labels}\".");
        var (a, b, output) = (operands[0], operands[1], parts[1]);
        if (a.Length != left.Shape.Rank || b.Length != right.Shape.Rank)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"einsum \"{labels}\" labels {a.Length} and {b.Length} axes, and the operands are {left.Type} and {right.Type}; " +
                "give each axis one letter.");
        if (new[] { a, b, output }.Any(p => p.Distinct().Count() != p.Length) || output.Except(a + b).Any())
            throw new GraphException(ErrorCode.BadAttribute,
                $"einsum \"{labels}\" must name each label once in an operand and take its output's labels from the operands.");
        return (ToLabels(a), ToLabels(b), ToLabels(output));
    }

    private static int[] ToLabels(string letters) => letters.Select(c => (int)c).ToArray();
}
