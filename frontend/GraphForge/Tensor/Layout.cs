using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <content>Repeating, cutting, rotating and sliding: elements in other places, none computed.</content>
public sealed partial class Tensor
{
    /// <summary>Windows of at most so many elements are that many slices, whose gradient is a plain sum.</summary>
    private const int FewElements = 16;

    /// <summary>Copies side by side, <c>repeats[i]</c> of them along axis i; more counts than axes put new axes in front.</summary>
    public Tensor Repeat(params ReadOnlySpan<int> repeats)
    {
        if (repeats.Length < Rank)
            throw new GraphException(ErrorCode.BadAttribute,
                $"repeat of {Node.Type} needs a count for each of its {Rank} axes, got {repeats.Length}.");
        CheckCounts("repeat", repeats);
        var dims = Enumerable.Repeat((Dim)1, repeats.Length - Rank).Concat(Shape).ToArray();
        var (single, copied, merged) = (new List<Dim>(), new List<Dim>(), new List<Dim>());
        for (var axis = 0; axis < dims.Length; axis++)
        {
            single.AddRange([1, dims[axis]]);
            copied.AddRange([repeats[axis], dims[axis]]);
            merged.Add(repeats[axis] * dims[axis]);
        }
        return new(Node.Reshape(Shape.Of(single)).ExpandTo(Shape.Of(copied)).Reshape(Shape.Of(merged)));
    }

    /// <summary><see cref="Repeat"/> where missing counts, in front, are 1.</summary>
    public Tensor Tile(params ReadOnlySpan<int> dims) =>
        Repeat([.. Enumerable.Repeat(1, Math.Max(0, Rank - dims.Length)), .. dims]);

    /// <summary>
    /// Each slice along <paramref name="dim"/> <paramref name="repeats"/> times in a row; without dim, each element of the
    /// flattened tensor.
    /// </summary>
    public Tensor RepeatInterleave(int repeats, int? dim = null)
    {
        CheckCounts("repeatInterleave", [repeats]);
        if (dim is not { } given) return Reshape(-1).RepeatInterleave(repeats, 0);
        var axis = Axis("repeatInterleave", given);
        var copies = Unsqueeze(axis + 1).Node;
        return new(copies.ExpandTo(copies.Shape.With(axis + 1, repeats)).Reshape(Shape.With(axis, Shape[axis] * repeats)));
    }

    /// <summary>Elements moved on by <paramref name="shift"/> along <paramref name="dim"/>; those pushed out come back at the other end.</summary>
    public Tensor Roll(int shift, int dim)
    {
        var axis = Axis("roll", dim);
        var extent = Shape[axis];
        if (extent.Is(0)) return this;
        var kept = extent.IsBound ? ((shift % extent.Value) + extent.Value) % extent.Value : (Dim)shift;
        if (!extent.IsBound && shift < 0) kept = extent + shift;
        return kept.Is(0) ? this : Cat([Narrow(axis, extent - kept, kept), Narrow(axis, 0, extent - kept)], axis);
    }

    /// <summary><see cref="Roll(int, int)"/> along several axes.</summary>
    public Tensor Roll(IReadOnlyList<int> shifts, IReadOnlyList<int> dims)
    {
        if (shifts.Count != dims.Count)
            throw new GraphException(ErrorCode.BadAttribute, $"roll needs a shift for each axis, got {shifts.Count} shifts and {dims.Count} axes.");
        return shifts.Zip(dims).Aggregate(this, (rolled, pair) => rolled.Roll(pair.First, pair.Second));
    }

    /// <summary>Axis <paramref name="source"/> put at <paramref name="destination"/>, the others in their order.</summary>
    public Tensor Movedim(int source, int destination) => Movedim([source], [destination]);

    /// <summary>Axes <paramref name="source"/> put at <paramref name="destination"/>, the others in their order.</summary>
    public Tensor Movedim(IReadOnlyList<int> source, IReadOnlyList<int> destination)
    {
        var (from, to) = (source.Select(d => Axis("movedim", d)).ToArray(), destination.Select(d => Axis("movedim", d)).ToArray());
        if (from.Distinct().Count() != to.Distinct().Count() || from.Distinct().Count() != from.Length || from.Length != to.Length)
            throw new GraphException(ErrorCode.BadAxis,
                $"movedim of {Node.Type} needs distinct axes, as many to move as places, " +
                $"got [{string.Join(", ", source)}] and [{string.Join(", ", destination)}].");
        var others = new Queue<int>(Enumerable.Range(0, Rank).Except(from));
        return Permute([.. Enumerable.Range(0, Rank).Select(axis => Array.IndexOf(to, axis) is >= 0 and var i ? from[i] : others.Dequeue())]);
    }

    /// <summary>
    /// Windows of <paramref name="size"/> elements along <paramref name="dimension"/>, one every <paramref name="step"/>: their number
    /// takes the place of the extent, and their elements are a new last axis.
    /// </summary>
    public Tensor Unfold(int dimension, int size, int step)
    {
        var axis = Axis("unfold", dimension);
        var extent = Shape[axis];
        if (size < 1 || step < 1 || extent.IsBound && size > extent.Value)
            throw new GraphException(ErrorCode.BadAttribute,
                $"unfold of {Node.Type} along axis {axis} needs a size within 1..{extent} and a step of at least 1, got {size} and {step}.");
        return Windows(axis, size, step, 1);
    }

    /// <summary>Windows of elements <paramref name="dilation"/> apart along an axis, as a new last axis.</summary>
    internal Tensor Windows(int axis, int size, int step, int dilation)
    {
        var starts = Shape[axis] - (long)dilation * (size - 1);
        if (!starts.IsBound && step > 1)
            throw new GraphException(ErrorCode.BadAttribute, $"windows along axis {axis} of {Node.Type} need a fixed extent for a step of {step}.");
        var count = starts.IsBound ? (starts.Value - 1) / step + 1 : starts;
        return size <= FewElements
            ? new Tensor(Node.SlidingWindows(axis, size, step, dilation))
            : Movedim(axis, -1).LongWindows(size, step, dilation, count).Movedim(-2, axis);
    }

    /// <summary>
    /// <see cref="Windows"/> along the last axis without a node for each element. Row k of copies of the axis put end to end and
    /// cut into rows of extent + dilation starts at element dilation · k: its first elements are element k of each window. As
    /// index arithmetic, the copies vanish.
    /// </summary>
    private Tensor LongWindows(int size, int step, int dilation, Dim count)
    {
        var (leading, extent) = (Shape.SkipLast(1).ToArray(), Shape[^1]);
        var copies = size + (extent.IsBound ? ((long)size * dilation + extent.Value - 1) / extent.Value : (long)size * dilation);
        var line = Unsqueeze(-2).Expand([.. leading, copies, extent]).Reshape([.. leading, extent * copies]);
        var rows = line.Narrow(-1, 0, (extent + dilation) * size).Reshape([.. leading, size, extent + dilation]);
        return new Tensor(rows.Node.Slice(-1, 0, count, step)).Transpose(-1, -2);
    }

    /// <summary>Parts of <paramref name="splitSize"/> along <paramref name="dim"/>; the last may be smaller.</summary>
    public IReadOnlyList<Tensor> Split(int splitSize, int dim = 0)
    {
        var extent = FixedExtent("split", dim);
        if (splitSize < 1) throw new GraphException(ErrorCode.BadAttribute, $"split needs parts of at least 1, got {splitSize}.");
        var count = Math.Max(1, (extent + splitSize - 1) / splitSize);
        return [.. Enumerable.Range(0, (int)count).Select(i => Narrow(dim, (long)i * splitSize, Math.Min(splitSize, extent - (long)i * splitSize)))];
    }

    /// <summary>Parts of the given sizes along <paramref name="dim"/>, which together are the axis.</summary>
    public IReadOnlyList<Tensor> Split(IReadOnlyList<int> splitSizes, int dim = 0)
    {
        var extent = FixedExtent("split", dim);
        if (splitSizes.Any(size => size < 0) || splitSizes.Sum(size => (long)size) != extent)
            throw new GraphException(ErrorCode.BadAttribute,
                $"split of {Node.Type} needs sizes that add up to the {extent} of axis {Axis("split", dim)}, got [{string.Join(", ", splitSizes)}].");
        var parts = new List<Tensor>();
        long start = 0;
        foreach (var size in splitSizes)
        {
            parts.Add(Narrow(dim, start, size));
            start += size;
        }
        return parts;
    }

    /// <summary>
    /// At most <paramref name="chunks"/> parts of equal size along <paramref name="dim"/>, the last possibly smaller: fewer where
    /// ⌈extent / chunks⌉ elements a part already use up the axis.
    /// </summary>
    public IReadOnlyList<Tensor> Chunk(int chunks, int dim = 0)
    {
        if (chunks < 1) throw new GraphException(ErrorCode.BadAttribute, $"chunk needs at least 1 part, got {chunks}.");
        var extent = FixedExtent("chunk", dim);
        return extent == 0 ? [.. Enumerable.Repeat(this, chunks)] : Split((int)((extent + chunks - 1) / chunks), dim);
    }

    /// <summary>The slices along <paramref name="dim"/>, without that axis.</summary>
    public IReadOnlyList<Tensor> Unbind(int dim = 0) =>
        [.. Enumerable.Range(0, (int)FixedExtent("unbind", dim)).Select(i => Select(dim, i))];

    /// <summary>The slice at position <paramref name="index"/> of axis <paramref name="dim"/>, without that axis; negative counts from the end.</summary>
    public Tensor Select(int dim, int index)
    {
        var axis = Axis("select", dim);
        TensorIndex[] indices = [.. Enumerable.Repeat<TensorIndex>(.., axis), index];
        return this[indices];
    }

    /// <summary>Axis <paramref name="dim"/> as several, of extents <paramref name="sizes"/>; one may be -1 and takes what is left.</summary>
    public Tensor Unflatten(int dim, params ReadOnlySpan<Dim> sizes)
    {
        var axis = Axis("unflatten", dim);
        var parts = sizes.ToArray();
        var open = Array.FindIndex(parts, d => d.Is(-1));
        var known = parts.Where((_, i) => i != open).Aggregate((Dim)1, (product, d) => product * d);
        var fits = open < 0 ? known == Shape[axis] : !known.Is(0) && Shape[axis].TryDivide(known, out parts[open]);
        if (!fits)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"unflatten cannot make [{string.Join(", ", sizes.ToArray())}] of the {Shape[axis]} elements of axis {axis} of {Node.Type}.");
        return Reshape([.. Shape.Take(axis), .. parts, .. Shape.Skip(axis + 1)]);
    }

    private long FixedExtent(string function, int dim)
    {
        var axis = Axis(function, dim);
        return Shape[axis].IsBound
            ? Shape[axis].Value
            : throw new GraphException(ErrorCode.ShapeMismatch,
                $"{function} needs a fixed extent and axis {axis} of {Node.Type} is symbolic; its parts could not be counted.");
    }

    private void CheckCounts(string function, ReadOnlySpan<int> counts)
    {
        foreach (var count in counts)
            if (count < 0) throw new GraphException(ErrorCode.BadAttribute, $"{function} of {Node.Type} needs counts of at least 0, got {count}.");
    }
}
