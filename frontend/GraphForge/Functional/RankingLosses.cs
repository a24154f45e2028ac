using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <content>Losses that compare predictions with one another. Targets are 1 or -1.</content>
public static partial class Functional
{
    /// <summary>
    /// For rows [N, D] (or vectors [D]) of two inputs: 1 - cos where the target [N] is 1, max(0, cos - margin) where it is -1.
    /// </summary>
    /// <exception cref="GraphException">Shapes do not fit.</exception>
    public static Tensor CosineEmbeddingLoss(Tensor input1, Tensor input2, Tensor target, double margin = 0,
        Reduction reduction = Reduction.Mean)
    {
        if (input1.Rank is 0 or > 2 || input1.Shape != input2.Shape || target.Shape != Shape.Of(input1.Shape.SkipLast(1)))
            throw new GraphException(ErrorCode.ShapeMismatch, "cosine embedding loss takes two inputs [N, D] with targets [N], or [D] " +
                $"with a scalar, got {input1.Node.Type}, {input2.Node.Type} and {target.Node.Type}.");
        // Inside the root, as PyTorch has it here and not in cosine similarity.
        const double eps = 1e-12;
        var cosine = (input1 * input2).Sum(-1) / ((input1.Square().Sum(-1) + eps) * (input2.Square().Sum(-1) + eps)).Sqrt();
        var loss = Tensor.Where(target.Eq(1), 1 - cosine, Tensor.Where(target.Eq(-1), (cosine - margin).Clamp(min: 0), 0));
        return Reduce(loss, reduction);
    }

    /// <summary>max(0, margin + |anchor - positive| - |anchor - negative|) over rows, with distances in the norm of order p.</summary>
    /// <param name="anchor">[N, D] or [D].</param>
    /// <param name="positive">What should be near.</param>
    /// <param name="negative">What should be far.</param>
    /// <param name="margin">By how much the distances should differ.</param>
    /// <param name="p">Order of the norm.</param>
    /// <param name="eps">Added to each difference, so that equal rows have a gradient.</param>
    /// <param name="swap">Whether the negative's distance is that to the nearer of anchor and positive.</param>
    /// <param name="reduction">What is made of the rows' losses.</param>
    /// <exception cref="GraphException">Shapes do not fit.</exception>
    public static Tensor TripletMarginLoss(Tensor anchor, Tensor positive, Tensor negative, double margin = 1, double p = 2,
        double eps = 1e-6, bool swap = false, Reduction reduction = Reduction.Mean)
    {
        if (anchor.Rank == 0 || anchor.Shape != positive.Shape || anchor.Shape != negative.Shape)
            throw new GraphException(ErrorCode.ShapeMismatch, "triplet margin loss takes three inputs [N, D] of one shape, " +
                $"got {anchor.Node.Type}, {positive.Node.Type} and {negative.Node.Type}.");
        var far = PairwiseDistance(anchor, negative, p, eps);
        if (swap) far = far.Minimum(PairwiseDistance(positive, negative, p, eps));
        return Reduce((margin + PairwiseDistance(anchor, positive, p, eps) - far).Clamp(min: 0), reduction);
    }

    /// <summary>max(0, -target·(input1 - input2) + margin): the first should be larger where the target is 1.</summary>
    /// <exception cref="GraphException">Shapes do not fit.</exception>
    public static Tensor MarginRankingLoss(Tensor input1, Tensor input2, Tensor target, double margin = 0,
        Reduction reduction = Reduction.Mean)
    {
        if (input1.Shape != input2.Shape || input1.Shape != target.Shape)
            throw new GraphException(ErrorCode.ShapeMismatch, "margin ranking loss takes two inputs and a target of one shape, " +
                $"got {input1.Node.Type}, {input2.Node.Type} and {target.Node.Type}.");
        return Reduce((margin - target * (input1 - input2)).Clamp(min: 0), reduction);
    }

    /// <summary>x where the target is 1, max(0, margin - x) where it is -1.</summary>
    /// <exception cref="GraphException">Shapes do not fit.</exception>
    public static Tensor HingeEmbeddingLoss(Tensor input, Tensor target, double margin = 1, Reduction reduction = Reduction.Mean)
    {
        if (input.Shape != target.Shape)
            throw new GraphException(ErrorCode.ShapeMismatch, "hinge embedding loss takes a prediction and a target of one shape, " +
                $"got {input.Node.Type} and {target.Node.Type}; reshape one of them.");
        var far = Tensor.Where(target.Eq(1), 0, (margin - input).Clamp(min: 0));
        return Reduce(far + Tensor.Where(target.Eq(-1), 0, input), reduction);
    }
}
