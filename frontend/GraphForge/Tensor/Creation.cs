using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Tensors that are made and not given.</content>
public sealed partial class Tensor
{
    /// <summary>
    /// start, start + step, … short of <paramref name="end"/>: ⌈(end − start) / step⌉ numbers, each computed in float64 and
    /// rounded once.
    /// </summary>
    public static Tensor Arange(double start, double end, double step = 1, DType dtype = DType.Float32)
    {
        var count = Math.Ceiling((end - start) / step);
        if (!(count >= 0 && double.IsFinite(count)))
            throw new GraphException(ErrorCode.BadAttribute, $"arange from {start} to {end} needs a step that leads there, got {step}.");
        return new Tensor(Nodes.Iota((long)count, DType.Float64) * step + start).To(dtype);
    }

    /// <summary><paramref name="steps"/> numbers at equal distances from <paramref name="start"/> to <paramref name="end"/>, both included.</summary>
    public static Tensor Linspace(double start, double end, int steps, DType dtype = DType.Float32)
    {
        if (steps < 0) throw new GraphException(ErrorCode.BadAttribute, $"linspace needs a number of steps of at least 0, got {steps}.");
        if (steps <= 1) return Full([steps], start, dtype);
        // From both ends towards the middle, so that both ends are exact.
        var (position, distance) = (Nodes.Iota(steps, DType.Float64), (end - start) / (steps - 1));
        var values = Nodes.Select(position.Less(steps / 2), position * distance + start, (position - (steps - 1)) * distance + end);
        return new Tensor(values).To(dtype);
    }

    /// <summary>1 on the diagonal of a matrix of <paramref name="n"/> rows and <paramref name="m"/> columns (n unless given), 0 elsewhere.</summary>
    public static Tensor Eye(Dim n, Dim? m = null, DType dtype = DType.Float32) => DiagonalDistance(n, m ?? n).Eq(0).To(dtype);

    /// <summary>True on and below a diagonal of a matrix: where column − row ≤ <paramref name="diagonal"/>.</summary>
    public static Tensor TrilMask(Dim rows, Dim columns, int diagonal = 0) => DiagonalDistance(rows, columns) <= diagonal;

    /// <summary>True on and above a diagonal of a matrix: where column − row ≥ <paramref name="diagonal"/>.</summary>
    public static Tensor TriuMask(Dim rows, Dim columns, int diagonal = 0) => DiagonalDistance(rows, columns) >= diagonal;

    /// <summary>
    /// Coordinates of a grid: tensor i of the result varies along axis i as the vector i does. With "xy" the first two axes are
    /// swapped.
    /// </summary>
    public static IReadOnlyList<Tensor> Meshgrid(IReadOnlyList<Tensor> tensors, string indexing = "ij")
    {
        if (indexing is not ("ij" or "xy"))
            throw new GraphException(ErrorCode.BadAttribute, $"meshgrid takes the indexing \"ij\" or \"xy\", got \"{indexing}\".");
        if (tensors.Count == 0) throw new GraphException(ErrorCode.BadAttribute, "meshgrid needs at least one tensor.");
        if (tensors.FirstOrDefault(t => t.Rank > 1) is { } matrix)
            throw new GraphException(ErrorCode.ShapeMismatch, $"meshgrid takes vectors and scalars, got {matrix.Node.Type}; flatten it.");
        var shape = Compiler.Graph.Shape.Of(tensors.Select(t => t.Shape.Size));
        var grids = tensors.Select((t, axis) => new Tensor(
            t.Node.Reshape(Compiler.Graph.Shape.Of(shape.Select((d, i) => i == axis ? d : 1))).ExpandTo(shape)));
        return [.. indexing == "xy" && tensors.Count > 1 ? grids.Select(g => g.Transpose(0, 1)) : grids];
    }

    /// <summary>column − row at each element of a matrix, int64.</summary>
    private static Tensor DiagonalDistance(Dim rows, Dim columns) => Arange(columns) - Arange(rows).Unsqueeze(-1);
}
