using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <content>Diagonals and triangles of matrices.</content>
public sealed partial class Tensor
{
    /// <summary>The last two axes with zeros above a diagonal: where column − row &gt; <paramref name="diagonal"/>.</summary>
    public Tensor Tril(int diagonal = 0) => Triangle("tril", (rows, columns) => TrilMask(rows, columns, diagonal));

    /// <summary>The last two axes with zeros below a diagonal: where column − row &lt; <paramref name="diagonal"/>.</summary>
    public Tensor Triu(int diagonal = 0) => Triangle("triu", (rows, columns) => TriuMask(rows, columns, diagonal));

    /// <summary>
    /// The elements of axes <paramref name="dim1"/> and <paramref name="dim2"/> whose positions differ by
    /// <paramref name="offset"/>, as a new last axis.
    /// </summary>
    public Tensor Diagonal(int offset = 0, int dim1 = 0, int dim2 = 1)
    {
        if (Axis("diagonal", dim1) == Axis("diagonal", dim2))
            throw new GraphException(ErrorCode.BadAxis, $"diagonal of {Node.Type} needs two axes, got {dim1} and {dim2}.");
        var matrix = Movedim([dim1, dim2], [-2, -1]);
        var (rows, columns) = (matrix.Shape[^2], matrix.Shape[^1]);
        var (top, left) = (Math.Max(0, -offset), Math.Max(0, offset));
        var length = Shorter(rows - top, columns - left);
        Dim[] leading = [.. matrix.Shape.SkipLast(2)];
        if (length.IsBound && length.Value <= 0) return matrix.Narrow(-1, 0, 0).Narrow(-2, 0, 0).Reshape([.. leading, 0]);
        // Rows of one element more put the diagonal into the first column.
        var square = matrix.Narrow(-2, top, length).Narrow(-1, left, length).Reshape([.. leading, length * length]);
        return square.Padded(-1, 0, length).Reshape([.. leading, length, length + 1]).Narrow(-1, 0, 1).Squeeze(-1);
    }

    /// <summary>Square matrices with the last axis on their diagonal <paramref name="offset"/> above the main one, 0 elsewhere.</summary>
    public Tensor DiagEmbed(int offset = 0)
    {
        if (Rank == 0) throw new GraphException(ErrorCode.ShapeMismatch, "diagEmbed needs an axis to put on the diagonal, got a scalar.");
        var (length, leading) = (Shape[^1], Shape.SkipLast(1).ToArray());
        if (length.Is(0)) return Zeros(Compiler.Graph.Shape.Of([.. leading, Math.Abs(offset), Math.Abs(offset)]), DType);
        var rows = Unsqueeze(-1).Padded(-1, 0, length).Reshape([.. leading, length * (length + 1)]);
        var square = rows.Narrow(-1, 0, length * length).Reshape([.. leading, length, length]);
        var (above, below) = (Math.Max(0, offset), Math.Max(0, -offset));
        return square.Padded(-2, below, above).Padded(-1, above, below);
    }

    /// <summary>A matrix with the vector on its diagonal, or the diagonal of a matrix.</summary>
    public Tensor Diag(int diagonal = 0) => Rank switch
    {
        1 => DiagEmbed(diagonal),
        2 => Diagonal(diagonal),
        _ => throw new GraphException(ErrorCode.ShapeMismatch, $"diag takes a vector or a matrix, got {Node.Type}; use Diagonal or DiagEmbed."),
    };

    /// <summary>Sum of the diagonal of a matrix.</summary>
    public Tensor Trace() => Rank == 2
        ? Diagonal().Sum()
        : throw new GraphException(ErrorCode.ShapeMismatch, $"trace takes a matrix, got {Node.Type}.");

    private Tensor Triangle(string function, Func<Dim, Dim, Tensor> mask)
    {
        if (Rank < 2) throw new GraphException(ErrorCode.ShapeMismatch, $"{function} takes matrices, got {Node.Type}.");
        return new(Nodes.Select(mask(Shape[^2], Shape[^1]).Node, Node, Nodes.Scalar(0, DType)));
    }

    private Tensor Padded(int axis, Dim low, Dim high) => new(Node.Pad(axis, low, high));

    /// <summary>The smaller extent; of two that cannot be compared they must be one.</summary>
    private Dim Shorter(Dim a, Dim b) => a == b ? a
        : a.IsBound && b.IsBound ? Math.Min(a.Value, b.Value)
        : throw new GraphException(ErrorCode.ShapeMismatch, $"diagonal of {Node.Type} cannot tell which of {a} and {b} is shorter.");
}
