using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Attention;

/// <summary>
/// Masks as <see cref="Functional.ScaledDotProductAttention"/> takes them, bool where true attends or float to be added, made one.
/// </summary>
internal static class AttentionMasks
{
    /// <summary>torch.nn's convention, in which true masks out, turned into this one; a float mask is the same in both.</summary>
    public static Tensor? FromMaskedOut(Tensor? mask) => mask?.DType == DType.Bool ? !mask : mask;

    /// <summary>The scores, with -∞ where the mask leaves a key out.</summary>
    public static Tensor Apply(Tensor mask, Tensor scores) =>
        mask.DType == DType.Bool ? Tensor.Where(mask, scores, double.NegativeInfinity) : scores + mask;

    /// <summary>What both masks let through, broadcasting.</summary>
    public static Tensor? Both(Tensor? first, Tensor? second)
    {
        if (first is null || second is null) return first ?? second;
        if (first.DType == DType.Bool) return second.DType == DType.Bool ? first & second : Apply(first, second);
        return Apply(second, first);
    }

    /// <summary>The mask with <paramref name="count"/> more keys at the end, which are attended to.</summary>
    public static Tensor? WithMoreKeys(Tensor? mask, int count)
    {
        if (mask is null || count == 0) return mask;
        Shape added = [.. mask.Shape.SkipLast(1), count];
        return Tensor.Cat([mask, mask.DType == DType.Bool ? Tensor.Ones(added, DType.Bool) : Tensor.Zeros(added, mask.DType)], -1);
    }

    /// <summary>
    /// [queries, keys]: true where the key comes no later than the query, the first of which stands at
    /// <paramref name="position"/> (0 for null). Of int32, which shares vector lanes with float32.
    /// </summary>
    public static Tensor Causal(Dim queries, Dim keys, Tensor? position = null)
    {
        var rows = Tensor.Arange(queries, DType.Int32).Unsqueeze(-1);
        return Tensor.Arange(keys, DType.Int32) <= (position is null ? rows : rows + position);
    }

    /// <summary>[keys]: true for the keys a cache holds once <paramref name="added"/> more are in it.</summary>
    public static Tensor Held(KeyValueCache cache, Dim added) =>
        Tensor.Arange(cache.Capacity, DType.Int32) < cache.Position + Tensor.SizeOf(added).To(DType.Int32);
}
