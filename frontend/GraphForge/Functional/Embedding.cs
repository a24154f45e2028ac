using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge;

/// <content>Rows of tables by integer indices, and products of two inputs.</content>
public static partial class Functional
{
    /// <summary>
    /// Rows of <paramref name="weight"/> [rows, features] at integer indices: […] → […, features]. A run refuses an input with an
    /// index beyond the rows; one that was computed reads the nearest row and passes no gradient.
    /// </summary>
    /// <param name="input">Integers in 0..rows - 1.</param>
    /// <param name="weight">One row an index.</param>
    /// <param name="paddingIdx">An index whose row gets no gradient; a negative one counts from the end.</param>
    /// <exception cref="GraphException">The indices are no integers, the weight is no table, or paddingIdx is no row of it.</exception>
    public static Tensor Embedding(Tensor input, Tensor weight, int? paddingIdx = null)
    {
        if (!input.DType.IsInteger() || weight.Rank != 2)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"embedding takes integer indices and a weight [rows, features], got {input.Node.Type} and {weight.Node.Type}.");
        IndexRange.Require("embedding has rows", input, weight.Shape[0]);
        var rows = new Tensor(weight.Node.Gather(0, input.Node));
        return PaddingRow("embedding", weight, paddingIdx) is { } padding
            ? Tensor.Where(input.Eq(padding).Unsqueeze(-1), rows.Detach(), rows)
            : rows;
    }

    /// <summary>
    /// The rows of each bag of indices combined: [bags, size] → [bags, features]. Indices equal to <paramref name="paddingIdx"/> do
    /// not count; a bag of nothing else is zeros.
    /// </summary>
    /// <param name="input">Integers in 0..rows - 1, a bag a row.</param>
    /// <param name="weight">[rows, features].</param>
    /// <param name="mode">How the rows of a bag are combined.</param>
    /// <param name="perSampleWeights">Of the input's shape: factors of the rows; only for sums.</param>
    /// <param name="paddingIdx">An index that counts as none; a negative one counts from the end.</param>
    /// <exception cref="GraphException">Shapes or types do not fit, or factors are given for another mode than the sum.</exception>
    public static Tensor EmbeddingBag(Tensor input, Tensor weight, BagMode mode = BagMode.Mean,
        Tensor? perSampleWeights = null, int? paddingIdx = null)
    {
        if (input.Rank != 2 || perSampleWeights is not null && perSampleWeights.Shape != input.Shape)
            throw new GraphException(ErrorCode.ShapeMismatch, "embeddingBag takes indices [bags, size] and factors of that shape, " +
                $"got {input.Node.Type}{(perSampleWeights is null ? "" : $" and {perSampleWeights.Node.Type}")}.");
        if (perSampleWeights is not null && mode != BagMode.Sum)
            throw new GraphException(ErrorCode.BadAttribute, $"embeddingBag takes perSampleWeights with BagMode.Sum, not with {mode}.");
        var rows = Embedding(input, weight, paddingIdx);
        if (perSampleWeights is not null) rows *= perSampleWeights.Unsqueeze(-1);
        if (PaddingRow("embeddingBag", weight, paddingIdx) is not { } padding)
            return mode switch { BagMode.Sum => rows.Sum(1), BagMode.Mean => rows.Mean(1), _ => rows.Max(1) };
        var counts = input.Ne(padding).Unsqueeze(-1);
        var number = counts.To(rows.DType).Sum(1);
        if (mode == BagMode.Max)
            return Tensor.Where(number > 0, Tensor.Where(counts, rows, double.NegativeInfinity).Max(1), 0);
        var sum = Tensor.Where(counts, rows, 0).Sum(1);
        return mode == BagMode.Sum ? sum : sum / number.Maximum(1);
    }

    /// <summary>
    /// y[…, o] = Σ over i, j of input1[…, i] · weight[o, i, j] · input2[…, j], plus bias [o]; the inputs agree in all axes but
    /// the last.
    /// </summary>
    /// <exception cref="GraphException">The shapes do not fit.</exception>
    public static Tensor Bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null)
    {
        if (input1.Rank < 1 || input2.Rank != input1.Rank || weight.Rank != 3 || input1.Shape[^1] != weight.Shape[1] ||
            input2.Shape[^1] != weight.Shape[2] || !input1.Shape.SkipLast(1).SequenceEqual(input2.Shape.SkipLast(1)))
            throw new GraphException(ErrorCode.ShapeMismatch, "bilinear takes inputs [..., in1] and [..., in2] and weights " +
                $"[out, in1, in2], got {input1.Node.Type}, {input2.Node.Type} and {weight.Node.Type}.");
        var products = Tensor.Einsum("ni,oij->noj", input1.Reshape(-1, input1.Shape[^1]), weight);
        var sums = Tensor.Einsum("noj,nj->no", products, input2.Reshape(-1, input2.Shape[^1]));
        var output = sums.Reshape([.. input1.Shape.SkipLast(1), weight.Shape[0]]);
        return bias is null ? output : output + bias;
    }

    /// <summary><paramref name="paddingIdx"/> counted from the start.</summary>
    internal static long? PaddingRow(string name, Tensor weight, int? paddingIdx)
    {
        if (paddingIdx is not { } index || !weight.Shape[0].IsBound) return paddingIdx;
        var rows = weight.Shape[0].Value;
        if (index < -rows || index >= rows)
            throw new GraphException(ErrorCode.BadAttribute, $"{name} has no row for paddingIdx {index}; it has {rows} rows.");
        return index < 0 ? index + rows : index;
    }
}

/// <summary>How <see cref="Functional.EmbeddingBag"/> combines rows.</summary>
public enum BagMode
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The largest of each feature.</summary>
    Max,
}
