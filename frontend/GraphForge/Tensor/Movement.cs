using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <content>Functions that move elements without computing. None costs a copy when its user can read in place.</content>
public sealed partial class Tensor
{
    /// <summary>The same elements, row-major, in another shape. One extent may be -1: it takes what is left.</summary>
    public Tensor Reshape(params ReadOnlySpan<Dim> dims)
    {
        var shape = dims.ToArray();
        var open = Array.FindIndex(shape, d => d.Is(-1));
        if (open >= 0)
        {
            var known = shape.Where((_, i) => i != open).Aggregate((Dim)1, (product, d) => product * d);
            if (known.Is(0) || known.Is(-1) || !Shape.Size.TryDivide(known, out shape[open]))
                throw new GraphException(ErrorCode.ShapeMismatch,
                    $"reshape cannot turn {Node.Type} into [{string.Join(", ", dims.ToArray())}]: " +
                    $"{Shape.Size} elements leave no whole extent for -1.");
        }
        return new(Node.Reshape(Shape.Of(shape)));
    }

    /// <summary>Axes <paramref name="startDim"/>..<paramref name="endDim"/> made one.</summary>
    public Tensor Flatten(int startDim = 0, int endDim = -1)
    {
        if (Rank == 0) return Reshape(1);
        var (start, end) = (Axis("flatten", startDim), Axis("flatten", endDim));
        if (start > end)
            throw new GraphException(ErrorCode.BadAxis, $"flatten of {Node.Type}: startDim {startDim} comes after endDim {endDim}.");
        var merged = Shape.Skip(start).Take(end - start + 1).Aggregate((Dim)1, (product, d) => product * d);
        return Reshape([.. Shape.Take(start), merged, .. Shape.Skip(end + 1)]);
    }

    /// <summary>Axis i of the result is axis <c>dims[i]</c> of this tensor.</summary>
    public Tensor Permute(params IReadOnlyList<int> dims) => new(Node.Permute(dims));

    /// <summary>Two axes swapped.</summary>
    public Tensor Transpose(int dim0, int dim1) => new(Node.Transpose(dim0, dim1));

    /// <summary>Without axis <paramref name="dim"/> where its extent is 1, else unchanged.</summary>
    public Tensor Squeeze(int dim) => Shape[Axis("squeeze", dim)].Is(1) ? new(Node.Squeeze(dim)) : this;

    /// <summary>Without any axis of extent 1.</summary>
    public Tensor Squeeze() => Reshape([.. Shape.Where(d => !d.Is(1))]);

    /// <summary>With a new axis of extent 1 at <paramref name="dim"/>.</summary>
    public Tensor Unsqueeze(int dim) => new(Node.Unsqueeze(dim));

    /// <summary>Axes of extent 1 repeated, new axes in front; -1 keeps an extent.</summary>
    public Tensor Expand(params ReadOnlySpan<Dim> dims)
    {
        var shape = dims.ToArray();
        for (var i = 1; i <= Math.Min(Rank, shape.Length); i++)
            if (shape[^i].Is(-1)) shape[^i] = Shape[^i];
        return new(Node.ExpandTo(Shape.Of(shape)));
    }

    /// <summary>The elements in reverse order along <paramref name="dims"/>.</summary>
    public Tensor Flip(params IReadOnlyList<int> dims) => new(Node.Flip(dims));

    /// <summary>Tensors joined along an existing axis; their other extents agree.</summary>
    public static Tensor Cat(IReadOnlyList<Tensor> tensors, int dim = 0) =>
        new(Nodes.Concat(OneType("cat", tensors), dim));

    /// <summary>Tensors of one shape joined along a new axis.</summary>
    public static Tensor Stack(IReadOnlyList<Tensor> tensors, int dim = 0) =>
        new(Nodes.Stack(OneType("stack", tensors), dim));

    /// <summary><paramref name="length"/> positions along <paramref name="dim"/>, from <paramref name="start"/> on.</summary>
    public Tensor Narrow(int dim, Dim start, Dim length) => new(Node.Slice(dim, start, length));

    /// <summary>
    /// Part of the tensor, one entry an axis from the front: a number takes one position and drops the axis, a range keeps a
    /// part. <c>x[0]</c>, <c>x[.., 1..^1]</c>, <c>x[^1]</c>.
    /// </summary>
    public Tensor this[params ReadOnlySpan<TensorIndex> indices]
    {
        get
        {
            if (indices.Length > Rank)
                throw new GraphException(ErrorCode.BadAxis, $"index: {Node.Type} has {Rank} axes, got {indices.Length} indices.");
            var part = Node;
            // Backwards, so that a dropped axis does not move those still to come.
            for (var axis = indices.Length - 1; axis >= 0; axis--)
            {
                var (start, length) = indices[axis].Resolve(Node.Type, axis);
                part = part.Slice(axis, start, length);
                if (indices[axis].DropsAxis) part = part.Squeeze(axis);
            }
            return new(part);
        }
    }

    private static Node[] OneType(string function, IReadOnlyList<Tensor> tensors)
    {
        if (tensors.Count == 0) throw new GraphException(ErrorCode.BadAttribute, $"{function} needs at least one tensor.");
        var type = tensors.Select(t => t.DType).Aggregate(Promotion.Wider);
        return [.. tensors.Select(t => t.To(type).Node)];
    }

    /// <summary>An axis that may count from the end, as 0..rank-1.</summary>
    internal int Axis(string function, int dim)
    {
        if (dim >= -Rank && dim < Rank) return dim < 0 ? dim + Rank : dim;
        var valid = Rank == 0 ? "a scalar has no axes" : $"axes run from {-Rank} to {Rank - 1}";
        throw new GraphException(ErrorCode.BadAxis, $"{function} has no axis {dim} in {Node.Type}; {valid}.");
    }
}
