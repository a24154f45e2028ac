using GraphForge.Compiler.Graph;

namespace GraphForge.Attention;

/// <summary>
/// Grouped-query attention: <paramref name="KeyHeads"/> heads of keys and values, each read by <paramref name="Size"/> neighbouring
/// heads of the query. Groups become an axis along which keys and values broadcast, so that nothing is repeated in memory.
/// </summary>
internal readonly record struct HeadGroups(long KeyHeads, long Size)
{
    public static HeadGroups Of(Tensor query, Tensor key) =>
        new(key.Shape[^3].Value, query.Shape[^3].Value / Math.Max(1, key.Shape[^3].Value));

    /// <summary>[..., heads, M, N] → [..., keyHeads, size, M, N].</summary>
    public Tensor Split(Tensor perQueryHead) => perQueryHead.Reshape(
        [.. perQueryHead.Shape.SkipLast(3), KeyHeads, Size, .. perQueryHead.Shape.TakeLast(2)]);

    /// <summary>[..., keyHeads, size, M, N] → [..., heads, M, N].</summary>
    public Tensor Merge(Tensor split) => split.Reshape(
        [.. split.Shape.SkipLast(4), KeyHeads * Size, .. split.Shape.TakeLast(2)]);

    /// <summary>[..., keyHeads, S, E] → [..., keyHeads, 1, S, E].</summary>
    public Tensor Share(Tensor perKeyHead) => perKeyHead.Unsqueeze(-3);
}
