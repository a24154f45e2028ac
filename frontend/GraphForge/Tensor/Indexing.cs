using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>
/// Elements that integer tensors choose. An index belongs in 0..extent-1 and data is not checked at run time: one outside reads
/// the nearest element and passes no gradient, and writes nowhere.
/// </content>
public sealed partial class Tensor
{
    /// <summary>
    /// Along <paramref name="dim"/>, each element of the result is the one that <paramref name="index"/> names at its place:
    /// <c>result[i, j] = this[index[i, j], j]</c> for dim 0. The index has as many axes, none longer than this tensor's but at dim.
    /// </summary>
    public Tensor Gather(int dim, Tensor index)
    {
        var axis = Axis("gather", dim);
        CheckWithin("gather", "index", index.Node.Type, "input", Node.Type, except: axis);
        return new(CutTo(index.Shape, axis).GatherElements(axis, index.Node));
    }

    /// <summary>The slices along <paramref name="dim"/> that <paramref name="index"/>, a vector of integers, lists.</summary>
    public Tensor IndexSelect(int dim, Tensor index)
    {
        CheckVector("indexSelect", index);
        return new(Node.Gather(Axis("indexSelect", dim), index.Node));
    }

    /// <summary>
    /// This tensor with the elements of <paramref name="src"/> put where <paramref name="index"/> sends them along
    /// <paramref name="dim"/>: <c>result[index[i, j], j] = src[i, j]</c> for dim 0. Of several sent to one place the last stays, and
    /// gets the gradient.
    /// </summary>
    public Tensor Scatter(int dim, Tensor index, Tensor src)
    {
        var (axis, update) = Update("scatter", dim, index, src);
        if (index.Shape.Size.Is(0)) return this;
        var last = LastSender(axis, index);
        var arrived = update.GatherElements(axis, last);
        return new(Nodes.Select(Onto(last, axis, -1).GreaterOrEqual(0), Onto(arrived, axis, 0), Node));
    }

    /// <summary>This tensor with <paramref name="value"/> put where <paramref name="index"/> points along <paramref name="dim"/>.</summary>
    public Tensor Scatter(int dim, Tensor index, double value)
    {
        var (axis, _) = Update("scatter", dim, index, null);
        return index.Shape.Size.Is(0) ? this : MaskedFill(new Tensor(Onto(LastSender(axis, index), axis, -1).GreaterOrEqual(0)), value);
    }

    /// <summary>
    /// This tensor with the elements of <paramref name="src"/> added where <paramref name="index"/> sends them along
    /// <paramref name="dim"/>.
    /// </summary>
    public Tensor ScatterAdd(int dim, Tensor index, Tensor src)
    {
        var (axis, update) = Update("scatterAdd", dim, index, src);
        return new(Node + Onto(update.ScatterElements(axis, index.Node, Shape[axis]), axis, 0));
    }

    /// <summary>
    /// This tensor with the elements of <paramref name="src"/> combined into the places that <paramref name="index"/> names along
    /// <paramref name="dim"/>. Elements that tie for an extreme share the gradient evenly.
    /// </summary>
    /// <param name="dim">The axis along which the indices count.</param>
    /// <param name="index">One index for each element of <paramref name="src"/> that is sent.</param>
    /// <param name="src">What is sent.</param>
    /// <param name="reduce">How elements that meet combine.</param>
    /// <param name="includeSelf">Whether this tensor's own element takes part where others arrive.</param>
    public Tensor ScatterReduce(int dim, Tensor index, Tensor src, ScatterReduction reduce, bool includeSelf = true)
    {
        var (axis, update) = Update("scatterReduce", dim, index, src);
        if (reduce is ScatterReduction.Mean && !DType.IsFloat())
            throw new GraphException(ErrorCode.WrongDType, $"scatterReduce takes the mean of floats only, got {Node.Type}; cast the operand.");
        if (index.Shape.Size.Is(0)) return this;
        if (reduce is ScatterReduction.Amax or ScatterReduction.Amin)
            return new(Extreme(axis, index, update, reduce, includeSelf));
        var own = includeSelf ? Node : Nodes.Select(IsReached(axis, index), Node.ZerosLike(), Node);
        var sum = own + Onto(update.ScatterElements(axis, index.Node, Shape[axis]), axis, 0);
        if (reduce is ScatterReduction.Sum) return new(sum);
        var count = Onto(update.OnesLike().ScatterElements(axis, index.Node, Shape[axis]), axis, 0);
        return new(sum / (includeSelf ? count + 1 : count.Maximum(1)));
    }

    /// <summary>
    /// This tensor with <paramref name="alpha"/> times the slices of <paramref name="source"/> added at the positions along
    /// <paramref name="dim"/> that the vector <paramref name="index"/> lists.
    /// </summary>
    public Tensor IndexAdd(int dim, Tensor index, Tensor source, double alpha = 1)
    {
        var axis = Axis("indexAdd", dim);
        CheckVector("indexAdd", index);
        CheckType("indexAdd", source);
        if (source.Shape != Shape.With(axis, index.Shape[0]))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"indexAdd into {Node.Type} at {index.Shape[0]} positions of axis {axis} needs a source of shape " +
                $"{Shape.With(axis, index.Shape[0])}, got {source.Node.Type}.");
        var scaled = alpha == 1 ? source.Node : source.Node * alpha;
        return new(Node + scaled.ScatterAdd(axis, index.Node, Shape[axis]));
    }

    /// <summary><paramref name="value"/> where <paramref name="mask"/> (bool, broadcast) holds, else this tensor's elements.</summary>
    public Tensor MaskedFill(Tensor mask, double value)
    {
        if (!DType.IsFloat() && Scalar.Of(DType, value).AsDouble != value)
            throw new GraphException(ErrorCode.WrongDType, $"maskedFill of {Node.Type} cannot hold the value {value}; cast the tensor.");
        return new(Nodes.Select(mask.Node, Nodes.Scalar(value, DType), Node));
    }

    /// <summary>The elements of this tensor, and of all sent to it, that are greatest (or least) at each place.</summary>
    private Node Extreme(int axis, Tensor index, Node update, ScatterReduction reduce, bool includeSelf)
    {
        var function = reduce == ScatterReduction.Amax ? ReduceFunction.Maximum : ReduceFunction.Minimum;
        // As updates that stay where they are, so that all that tie share one gradient; padding is sent nowhere.
        var places = Nodes.Iota(Shape[axis], DType.Int64).Reshape(Along(axis, Shape[axis])).ExpandTo(Shape);
        var own = includeSelf ? places : Nodes.Select(IsReached(axis, index), Nodes.Scalar(-1, DType.Int64), places);
        var sent = PadTo(index.Node.Cast(DType.Int64), Shape, axis, -1);
        return Nodes.Concat([Node, PadTo(update, Shape, axis, 0)], axis)
            .ScatterElements(axis, Nodes.Concat([own, sent], axis), Shape[axis], function);
    }

    private Node IsReached(int axis, Tensor index) => Onto(LastSender(axis, index), axis, -1).GreaterOrEqual(0);

    /// <summary>For each place, the last position along the axis of <paramref name="index"/> that points to it; negative for none.</summary>
    private Node LastSender(int axis, Tensor index)
    {
        var senders = Nodes.Iota(index.Shape[axis], DType.Int64).Reshape(Along(axis, index.Shape[axis])).ExpandTo(index.Shape);
        return senders.ScatterElements(axis, index.Node, Shape[axis], ReduceFunction.Maximum);
    }

    /// <summary>The operands of a scatter: axis, and as much of the source as there are indices.</summary>
    private (int Axis, Node Update) Update(string function, int dim, Tensor index, Tensor? src)
    {
        var axis = Axis(function, dim);
        CheckWithin(function, "index", index.Node.Type, "input", Node.Type, except: axis);
        if (src is null) return (axis, Node);
        CheckType(function, src);
        CheckWithin(function, "index", index.Node.Type, "source", src.Node.Type, except: -1);
        return (axis, src.CutTo(index.Shape, except: -1));
    }

    /// <summary>The leading part of every axis but <paramref name="except"/>.</summary>
    private Node CutTo(Shape shape, int except) => Enumerable.Range(0, Rank).Where(axis => axis != except)
        .Aggregate(Node, (part, axis) => part.Slice(axis, 0, shape[axis]));

    /// <summary>Fills a scattered result up to this tensor's shape, where fewer indices than elements were given.</summary>
    private Node Onto(Node result, int axis, double fill) => PadTo(result, Shape, axis, fill);

    private static Node PadTo(Node part, Shape shape, int except, double fill) => Enumerable.Range(0, shape.Rank).Where(axis => axis != except)
        .Aggregate(part, (padded, axis) => padded.Pad(axis, 0, shape[axis] - part.Shape[axis], fill));

    private Shape Along(int axis, Dim extent) => Shape.Of(Enumerable.Range(0, Rank).Select(i => i == axis ? extent : 1));

    private static void CheckVector(string function, Tensor index)
    {
        if (index.Rank != 1)
            throw new GraphException(ErrorCode.ShapeMismatch, $"{function} takes a vector of indices, got {index.Node.Type}; flatten it.");
    }

    private void CheckType(string function, Tensor source)
    {
        if (source.DType != DType)
            throw new GraphException(ErrorCode.WrongDType,
                $"{function} into {Node.Type} needs a source of its element type, got {source.Node.Type}; cast one of them.");
    }

    private static void CheckWithin(string function, string what, TensorType part, string where, TensorType whole, int except)
    {
        var fits = part.Rank == whole.Rank && Enumerable.Range(0, whole.Rank).All(axis =>
            axis == except || part.Shape[axis] == whole.Shape[axis] ||
            part.Shape[axis].IsBound && whole.Shape[axis].IsBound && part.Shape[axis].Value <= whole.Shape[axis].Value);
        if (!fits)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{function} needs as many axes in the {what} as in the {where}, none longer{(except < 0 ? "" : $" but axis {except}")}, " +
                $"got {what} {part} and {where} {whole}.");
    }
}

/// <summary>How <see cref="Tensor.ScatterReduce"/> combines elements that are sent to one place.</summary>
public enum ScatterReduction
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their arithmetic mean.</summary>
    Mean,

    /// <summary>The greatest; NaN if one is.</summary>
    Amax,

    /// <summary>The least; NaN if one is.</summary>
    Amin,
}
