using GraphForge.Runtime;

namespace GraphForge.Attention;

/// <summary>How much each query attends to each key. Built of primitives: two contractions around a softmax of rows.</summary>
/// <param name="Mask">Broadcasts to the scores: bool (true attends) or float (added); or null.</param>
/// <param name="IsCausal">Whether query i attends to the keys 0..i alone.</param>
/// <param name="Scale">Factor of the scores; 1 / √E for null.</param>
internal sealed record AttentionScores(Tensor? Mask, bool IsCausal, double? Scale)
{
    /// <summary>Query [..., L, E] and key [..., S, E] → [..., L, S]; each row sums to 1, or is all zeros where no key is left.</summary>
    public Tensor Weights(Tensor query, Tensor key) => Normalise(query.MatMul(key.Transpose(-1, -2)), query);

    /// <summary>The same with key heads that several query heads share.</summary>
    public Tensor Weights(Tensor query, Tensor key, HeadGroups heads) =>
        Normalise(heads.Merge(heads.Split(query).MatMul(heads.Share(key).Transpose(-1, -2))), query);

    private Tensor Normalise(Tensor products, Tensor query)
    {
        var scores = products * (Scale ?? 1 / Math.Sqrt(Math.Max(1, query.Shape[^1].Value)));
        if (scores.Shape[^1].Is(0)) return scores; // no key and so no weight: the product with no values gives zeros
        if (IsCausal) scores = Tensor.Where(Causal(scores), scores, double.NegativeInfinity);
        // A causal row always has its first key: only a mask can leave none.
        if (Mask is null) return scores.Softmax(-1);
        return SoftmaxOrZeros(Mask.DType == DType.Bool ? Tensor.Where(Mask, scores, double.NegativeInfinity) : scores + Mask);
    }

    /// <summary>[L, S]: true where the key comes no later than the query. As int32, which shares vector lanes with float32.</summary>
    private static Tensor Causal(Tensor scores) =>
        Tensor.Arange(scores.Shape[^1], DType.Int32) <= Tensor.Arange(scores.Shape[^2], DType.Int32).Unsqueeze(-1);

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
