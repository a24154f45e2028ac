using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge;

/// <summary>The axis of classes of a prediction, and what losses over it share.</summary>
internal sealed class ClassAxis
{
    private readonly string _loss;
    private readonly Tensor _input;

    /// <summary>Class weights, shaped to broadcast with the input; null for all alike.</summary>
    private readonly Tensor? _weight;

    /// <exception cref="GraphException">The input has no axis, or not as many classes as there are weights.</exception>
    public ClassAxis(string loss, Tensor input, Tensor? weight)
    {
        (_loss, _input, Axis) = (loss, input, Math.Min(1, input.Rank - 1));
        if (input.Rank > 0 && weight is not null && (weight.Rank != 1 || weight.Shape[0] != Classes))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{loss} of {input.Node.Type} takes a weight for each of its {Classes} classes, got {weight.Node.Type}.");
        _weight = weight is null || input.Rank == 0 ? null : Aligned(weight.To(input.DType));
    }

    public int Axis { get; }

    private Dim Classes => _input.Shape[Axis];

    /// <summary>Shape of the class numbers.</summary>
    private Shape Positions => Shape.Of(_input.Shape.Where((_, axis) => axis != Axis));

    /// <summary>Loss against class numbers.</summary>
    /// <exception cref="GraphException">The targets' shape does not fit.</exception>
    public Tensor OfLabels(Tensor logProbabilities, Tensor target, int? ignoreIndex, Reduction reduction, double labelSmoothing)
    {
        if (_input.Rank == 0 || target.Shape != Positions)
            throw new GraphException(ErrorCode.ShapeMismatch, $"{_loss} takes logits [batch, classes, …] and targets [batch, …], " +
                $"got {_input.Node.Type} and {target.Node.Type}.");
        IndexRange.Require($"{_loss} takes classes", target, Classes, ignoreIndex);
        // A one-hot choice instead of an indexed read: it fuses with the softmax, forward and backward. Class numbers as int32
        // share vector lanes with float32 logits.
        var labels = target.To(DType.Int32);
        var counts = ignoreIndex is { } ignored ? labels.Ne(ignored) : null;
        var chosen = (counts is null ? labels : Tensor.Where(counts, labels, -1)).Unsqueeze(Axis).Eq(Aligned(Tensor.Arange(Classes, DType.Int32)));
        var weighted = _weight is null ? logProbabilities : logProbabilities * _weight;
        var terms = labelSmoothing == 0 ? Tensor.Where(chosen, weighted, 0) : Smoothed(chosen, weighted, counts, labelSmoothing);
        return reduction == Reduction.Mean ? -terms.Sum() / Total(chosen, counts) : Reduced(terms, reduction);
    }

    /// <summary>Loss of logits against probabilities of their shape.</summary>
    public Tensor OfProbabilities(Tensor target, Reduction reduction, double labelSmoothing)
    {
        if (labelSmoothing > 0) target = target * (1 - labelSmoothing) + labelSmoothing / Count(Classes);
        var terms = _input.LogSoftmax(Axis) * target;
        if (_weight is not null) terms *= _weight;
        return reduction == Reduction.Mean ? -terms.Sum() / Count(Positions.Size) : Reduced(terms, reduction);
    }

    private Tensor Smoothed(Tensor chosen, Tensor weighted, Tensor? counts, double labelSmoothing)
    {
        var share = labelSmoothing / Count(Classes);
        var terms = Tensor.Where(chosen, share + (1 - labelSmoothing), share) * weighted;
        return counts is null ? terms : Tensor.Where(counts.Unsqueeze(Axis), terms, 0);
    }

    /// <summary>What a mean is divided by: the weights of the targets, or their number.</summary>
    private Tensor Total(Tensor chosen, Tensor? counts) =>
        _weight is not null ? Tensor.Where(chosen, _weight, 0).Sum()
        : counts is not null ? counts.Sum().To(_input.DType)
        : Count(Positions.Size);

    private Tensor Reduced(Tensor terms, Reduction reduction) =>
        reduction == Reduction.Sum ? -terms.Sum() : Functional.Reduce(-terms.Sum(Axis), reduction);

    private Tensor Count(Dim size) => size.IsBound ? (double)size.Value : Tensor.SizeOf(size).To(_input.DType);

    /// <summary>A tensor [classes] with axes of extent 1 for those of the input after the classes.</summary>
    private Tensor Aligned(Tensor perClass)
    {
        for (var axis = Axis + 1; axis < _input.Rank; axis++) perClass = perClass.Unsqueeze(-1);
        return perClass;
    }
}
