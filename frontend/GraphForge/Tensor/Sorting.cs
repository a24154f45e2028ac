using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <summary>Elements that were chosen, and where they stood.</summary>
/// <param name="Values">The elements; gradients flow back to where they stood.</param>
/// <param name="Indices">Their positions (int64) along the axis.</param>
public sealed record ChosenElements(Tensor Values, Tensor Indices);

/// <content>Order. NaN counts as greater than any number, and equal elements stay in their order.</content>
public sealed partial class Tensor
{
    /// <summary>The elements along <paramref name="dim"/> in order, and where they stood.</summary>
    public ChosenElements Sort(int dim = -1, bool descending = false)
    {
        if (Rank == 0) return new(this, Zeros([], DType.Int64));
        return Chosen(dim, Argsort(dim, descending));
    }

    /// <summary>Positions (int64) of the elements along <paramref name="dim"/> in order.</summary>
    public Tensor Argsort(int dim = -1, bool descending = false) => new(Node.ArgSort(Axis("argsort", dim), descending));

    /// <summary>The <paramref name="k"/> greatest (or least) elements along <paramref name="dim"/>, in order, and where they stood.</summary>
    /// <param name="k">Number of elements, from 0 to the extent of the axis.</param>
    /// <param name="dim">The axis.</param>
    /// <param name="largest">Whether the greatest are wanted.</param>
    /// <param name="sorted">Whether the order matters; it is the same either way.</param>
    public ChosenElements Topk(int k, int dim = -1, bool largest = true, bool sorted = true)
    {
        var axis = Axis("topk", dim);
        var extent = Shape[axis];
        if (k < 0 || extent.IsBound && k > extent.Value)
            throw new GraphException(ErrorCode.BadAttribute, $"topk of {Node.Type} takes k within 0..{extent} along axis {axis}, got {k}.");
        return k == 0 && extent.Is(0)
            ? new(this, To(DType.Int64))
            : Chosen(axis, Argsort(axis, largest).Narrow(axis, 0, k));
    }

    /// <summary>The <paramref name="k"/>-th least element along <paramref name="dim"/>, counted from 1, and where it stood.</summary>
    public ChosenElements Kthvalue(int k, int dim = -1, bool keepDim = false)
    {
        var axis = Axis("kthvalue", dim);
        var extent = Shape[axis];
        if (k < 1 || extent.IsBound && k > extent.Value)
            throw new GraphException(ErrorCode.BadAttribute, $"kthvalue of {Node.Type} takes k within 1..{extent} along axis {axis}, got {k}.");
        return Kept(axis, Argsort(axis).Narrow(axis, k - 1, 1), keepDim);
    }

    /// <summary>The middle element along <paramref name="dim"/>, the lower of two, and where it stood; a NaN where there is one.</summary>
    public ChosenElements Median(int dim, bool keepDim = false)
    {
        var axis = Axis("median", dim);
        var extent = FixedExtent("median", dim);
        if (extent == 0) throw new GraphException(ErrorCode.ShapeMismatch, $"median of {Node.Type} has nothing to choose from: axis {axis} is empty.");
        var order = Argsort(axis);
        var (middle, last) = (order.Narrow(axis, (extent - 1) / 2, 1), order.Narrow(axis, extent - 1, 1));
        if (!DType.IsFloat()) return Kept(axis, middle, keepDim);
        var greatest = Gather(axis, last);
        return Kept(axis, Where(greatest.Ne(greatest), last, middle), keepDim);
    }

    /// <summary>The middle of all elements, the lower of two; NaN if one is.</summary>
    public Tensor Median() => Reshape(-1).Median(0).Values;

    /// <summary>
    /// How many elements of <paramref name="sortedSequence"/>, ascending along its last axis, come before each of
    /// <paramref name="values"/>: where it would be inserted, before equal elements or (<paramref name="right"/>) after them.
    /// </summary>
    /// <param name="sortedSequence">A vector, or as many rows as <paramref name="values"/> has.</param>
    /// <param name="values">What to look up.</param>
    /// <param name="right">Whether equal elements come before.</param>
    public static Tensor Searchsorted(Tensor sortedSequence, Tensor values, bool right = false)
    {
        var isVector = sortedSequence.Rank == 1;
        if (sortedSequence.Rank == 0 || !isVector && !sortedSequence.Shape.SkipLast(1).SequenceEqual(values.Shape.SkipLast(1)))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"searchsorted takes a sequence that is a vector or has as many rows as the values, got {sortedSequence.Node.Type} and {values.Node.Type}.");
        var (sequence, sought) = (isVector ? sortedSequence : sortedSequence.Unsqueeze(-2), values.Unsqueeze(-1));
        return (right ? sequence <= sought : sequence < sought).Sum(-1);
    }

    private ChosenElements Chosen(int dim, Tensor indices) => new(Gather(dim, indices), indices);

    private ChosenElements Kept(int axis, Tensor indices, bool keepDim)
    {
        var chosen = Chosen(axis, indices);
        return keepDim ? chosen : new(chosen.Values.Squeeze(axis), chosen.Indices.Squeeze(axis));
    }
}
