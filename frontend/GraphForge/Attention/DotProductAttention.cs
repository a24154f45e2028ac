namespace GraphForge.Attention;

/// <summary>Scaled dot-product attention of checked operands: two contractions around a softmax of rows, all of primitives.</summary>
/// <param name="Mask">Broadcasts to the scores: bool (true attends) or float (added); or null.</param>
/// <param name="DropoutP">Share of the weights that are dropped while training.</param>
/// <param name="IsCausal">Whether query i attends to the keys 0..i alone.</param>
/// <param name="Scale">Factor of the scores; 1 / √E for null.</param>
internal sealed record DotProductAttention(Tensor? Mask, double DropoutP = 0, bool IsCausal = false, double? Scale = null)
{
    /// <summary>
    /// Query [..., L, E], key [..., S, E], value [..., S, Ev] → [..., L, Ev], and the weights [..., L, S], of which each row sums to
    /// 1, or is all zeros where no key is left.
    /// </summary>
    /// <param name="query">Queries.</param>
    /// <param name="key">Keys.</param>
    /// <param name="value">Values.</param>
    /// <param name="groups">How query heads share key heads; null where each has its own.</param>
    public (Tensor Output, Tensor Weights) Of(Tensor query, Tensor key, Tensor value, HeadGroups? groups = null)
    {
        var keys = key.Transpose(-1, -2);
        var scores = (groups is { } g ? g.Merge(g.Split(query).MatMul(g.Share(keys))) : query.MatMul(keys)) *
            (Scale ?? 1 / Math.Sqrt(Math.Max(1, query.Shape[^1].Value)));
        var weights = Normalised(scores).Dropout(DropoutP);
        return (groups is { } h ? h.Merge(h.Split(weights).MatMul(h.Share(value))) : weights.MatMul(value), weights);
    }

    private Tensor Normalised(Tensor scores)
    {
        if (scores.Shape[^1].Is(0)) return scores; // no key and so no weight: the product with no values gives zeros
        if (IsCausal) scores = Tensor.Where(AttentionMasks.Causal(scores.Shape[^2], scores.Shape[^1]), scores, double.NegativeInfinity);
        // A causal row always has its first key: only a mask can leave none.
        return Mask is null ? scores.Softmax(-1) : SoftmaxOrZeros(AttentionMasks.Apply(Mask, scores));
    }

    /// <summary>
    /// Softmax of the last axis, and zeros in rows of nothing but -∞. No infinity is ever subtracted from an infinity or
    /// multiplied, so derivatives are finite too; the maximum's own derivative is exactly 0, as the result does not depend on it.
    /// </summary>
    private static Tensor SoftmaxOrZeros(Tensor scores)
    {
        var largest = scores.Max(-1, keepDim: true).Detach();
        var exponentials = (scores - Tensor.Where(largest.Eq(double.NegativeInfinity), 0, largest)).Exp();
        var sum = exponentials.Sum(-1, keepDim: true);
        return exponentials / Tensor.Where(sum.Eq(0), 1, sum);
    }
}
