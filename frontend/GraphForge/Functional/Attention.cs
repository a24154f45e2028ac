using GraphForge.Attention;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Attention.</content>
public static partial class Functional
{
    /// <summary>
    /// softmax(query·keyᵀ · scale + mask)·value: query [..., L, E], key [..., S, E], value [..., S, Ev] → [..., L, Ev]. A query
    /// whose keys are all masked gives zeros, and gradients stay finite there.
    /// </summary>
    /// <param name="query">[..., heads, L, E].</param>
    /// <param name="key">[..., heads, S, E]; its leading axes broadcast with those of the query.</param>
    /// <param name="value">[..., heads, S, Ev].</param>
    /// <param name="attnMask">
    /// Broadcasts to [..., heads, L, S]. Of bool, true lets a query attend to a key; of the query's type, it is added to the
    /// scores, and -∞ masks.
    /// </param>
    /// <param name="dropoutP">Share of the weights that are dropped; only while training.</param>
    /// <param name="isCausal">Whether query i attends to the keys 0..i alone, on top of the mask.</param>
    /// <param name="scale">1 / √E unless given.</param>
    /// <param name="enableGqa">Whether key and value may have fewer heads, each shared by as many neighbouring heads of the query.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public static Tensor ScaledDotProductAttention(Tensor query, Tensor key, Tensor value, Tensor? attnMask = null,
        double dropoutP = 0, bool isCausal = false, double? scale = null, bool enableGqa = false)
    {
        AttentionOperands.Check(query, key, value, attnMask, enableGqa);
        return new DotProductAttention(attnMask, dropoutP, isCausal, scale)
            .Of(query, key, value, enableGqa ? HeadGroups.Of(query, key) : null).Output;
    }

    /// <summary>
    /// Attention with linear biases (Press et al. 2022): [heads, queryLength, keyLength], -slope · |distance|, to be added to the
    /// scores. The last query stands at the last key. Slopes fall geometrically from 2^(-8 / heads) to 2^-8; where heads is no
    /// power of two, those beyond the next lower power take every other slope of twice that power, as the authors' code does.
    /// </summary>
    /// <exception cref="GraphException">There is no head.</exception>
    public static Tensor AlibiBias(int heads, Dim queryLength, Dim keyLength, DType dtype = DType.Float32)
    {
        if (heads < 1) throw new GraphException(ErrorCode.BadAttribute, $"alibiBias needs at least one head, got {heads}.");
        var slopes = Tensor.Constant<double>(AlibiSlopes(heads), heads).To(dtype).Reshape(-1, 1, 1);
        var queries = Tensor.Arange(queryLength, dtype).Unsqueeze(-1) + Tensor.SizeOf(keyLength - queryLength).To(dtype);
        return -slopes * (queries - Tensor.Arange(keyLength, dtype)).Abs();
    }

    private static double[] AlibiSlopes(int heads)
    {
        var power = 1 << (int)Math.Log2(heads);
        var slopes = Enumerable.Range(1, power).Select(i => Math.Pow(2, -8.0 * i / power));
        var between = Enumerable.Range(0, heads - power).Select(i => Math.Pow(2, -4.0 * (2 * i + 1) / power));
        return [.. slopes, .. between];
    }
}
