using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>
/// Attention as the frontend builds it and as nobody has yet: masks, biases and dropout between its contractions, heads that share
/// keys, extents that fill no vector and no block. Part of <see cref="OpSamples.All"/>.
/// </summary>
public static class AttentionSamples
{
    public static IReadOnlyList<OpSample> All { get; } = [.. Scores, .. Weights, .. Operands, .. FewRows];

    private static IEnumerable<OpSample> Scores =>
    [
        new("attention", n => Attend(n[0], n[1], n[2]), Float(9, 3), Float(11, 3), Float(11, 5)),
        new("attention that is causal", n => Attend(n[0], n[1], n[2], Causal), Float(2, 10, 3), Float(2, 10, 3), Float(2, 10, 2)),
        new("attention that is causal over more keys", n => Attend(n[0], n[1], n[2], Causal), Float(9, 2), Float(17, 2), Float(17, 3)),
        new("attention that is causal over fewer keys", n => Attend(n[0], n[1], n[2], Causal), Float(17, 2), Float(9, 2), Float(9, 3)),
        new("attention to earlier keys alone", n => Attend(n[0], n[1], n[2], s => Causal(s, 0), SafeSoftmax), Float(9, 2), Float(9, 2), Float(9, 3)),
        new("attention to later keys", n => Attend(n[0], n[1], n[2], s => Masked(s, Columns(s).GreaterOrEqual(Rows(s)))), Float(9, 2), Float(9, 2), Float(9, 3)),
        new("attention with a bias", n => Attend(n[0], n[1], n[2], s => s + n[3]), Float(2, 8, 3), Float(2, 9, 3), Float(2, 9, 3), Float(8, 9)),
        new("attention with padded keys", n => Attend(n[0], n[1], n[2], s => Masked(s, n[3]), SafeSoftmax),
            Float(2, 8, 3), Float(2, 9, 3), Float(2, 9, 3), new(DType.Bool, 0, 1, 2, 1, 9)),
        new("attention with slopes of distance", n => Attend(n[0], n[1], n[2], s => s - (Rows(s) - Columns(s)).Cast(s.Type.DType).Absolute() * n[3]),
            Float(2, 9, 3), Float(2, 9, 3), Float(2, 9, 3), Float(2, 1, 1)),
        new("attention with capped scores", n => Attend(n[0], n[1], n[2], s => Causal((s * 0.5).Tanh() * 2)), Float(9, 3), Float(9, 3), Float(9, 3)),
        new("attention where rows may be empty", n => Attend(n[0], n[1], n[2], s => Masked(s, n[3]), SafeSoftmax),
            Float(9, 3), Float(8, 3), Float(8, 3), new(DType.Bool, 0, 0.6, 9, 8)),
    ];

    private static IEnumerable<OpSample> Weights =>
    [
        new("attention with dropout", n => Attend(n[0], n[1], n[2], Causal, w => Dropout(w.Softmax(-1), n[3])),
            Float(2, 9, 3), Float(2, 9, 3), Float(2, 9, 3), new(DType.Int64, 5, 5)),
        new("attention with sigmoid weights", n => Attend(n[0], n[1], n[2], weights: w => w.Sigmoid() / w.Sigmoid().Sum(-1, keepDims: true)),
            Float(9, 3), Float(10, 3), Float(10, 3)),
        new("attention with its weights", n => Weighted(n, w => w.Sum(0)), Float(2, 9, 3), Float(2, 9, 3), Float(2, 9, 3)),
        new("attention with its entropy", n => Weighted(n, w => (w * w).Sum(-1, keepDims: true)), Float(2, 9, 3), Float(2, 9, 3), Float(2, 9, 3)),
    ];

    private static IEnumerable<OpSample> Operands =>
    [
        new("attention of heads in a row", n => Heads(n[0], 2, 4), Float(2, 9, 24)),
        new("attention of groups of heads", n => Attend(n[0], n[1].Unsqueeze(1), n[2].Unsqueeze(1), Causal), Float(2, 2, 9, 3), Float(2, 9, 3), Float(2, 9, 3)),
        new("attention to the keys of all", n => Attend(n[0], n[1], n[2]), Float(2, 9, 3), Float(10, 3), Float(10, 3)),
        new("attention to keys of its own and values of all", n => Attend(n[0], n[1], n[2]), Float(2, 9, 3), Float(2, 10, 3), Float(10, 3)),
        new("attention to its own values", n => Attend(n[0], n[0], n[0], Causal), Float(2, 9, 3)),
        new("attention to attention", n => Attend(Attend(n[0], n[1], n[1]), n[2], n[1]), Float(9, 3), Float(9, 3), Float(9, 3)),
        new("attention of long features", n => Attend(n[0], n[1], n[2]), Float(8, 40), Float(8, 40), Float(8, 37)),
        new("attention of transposed values", n => Attend(n[0], n[1].Transpose(), n[2].Transpose()), Float(9, 3), Float(3, 10), Float(17, 10)),
    ];

    /// <summary>A token, or a few, over the keys of all before.</summary>
    private static IEnumerable<OpSample> FewRows =>
    [
        new("attention of one row", n => Attend(n[0], n[1], n[2]), Float(3, 1, 5), Float(3, 11, 5), Float(3, 11, 5)),
        new("attention of one row for all heads", n => Attend(n[0], n[1], n[2]), Float(2, 3, 1, 5), Float(2, 1, 11, 5), Float(2, 1, 11, 7)),
        new("attention of three rows", n => Attend(n[0], n[1], n[2], Causal), Float(2, 3, 5), Float(2, 20, 5), Float(2, 20, 3)),
        new("attention of one row to what a cache holds", n => Attend(n[0], n[1], n[2], s => Held(s, n[3]), SafeSoftmax),
            Float(3, 1, 5), Float(3, 37, 5), Float(3, 37, 5), new(DType.Int32, 9, 9)),
        new("attention of two rows to what a cache holds", n => Attend(n[0], n[1], n[2], s => Held(s, n[3]), SafeSoftmax),
            Float(3, 2, 20), Float(3, 37, 20), Float(3, 37, 70), new(DType.Int32, 9, 9)),
        new("attention of many rows to what a cache holds", n => Attend(n[0], n[1], n[2], s => Held(s, n[3]), SafeSoftmax),
            Float(9, 3), Float(50, 3), Float(50, 3), new(DType.Int32, 9, 9)),
        new("attention of one row to an empty cache", n => Attend(n[0], n[1], n[2], s => Held(s, n[3]), SafeSoftmax),
            Float(3, 1, 5), Float(3, 11, 5), Float(3, 11, 5), new(DType.Int32, -1, -1)),
        new("attention of one row with a bias", n => Attend(n[0], n[1], n[2], s => s + n[3]), Float(3, 1, 5), Float(3, 11, 5), Float(3, 11, 5), Float(3, 1, 11)),
        new("attention of one row with dropout", n => Attend(n[0], n[1], n[2], weights: w => Dropout(w.Softmax(-1), n[3])),
            Float(3, 1, 5), Float(3, 11, 5), Float(3, 11, 5), new(DType.Int64, 5, 5)),
        new("attention of one row to transposed keys", n => Attend(n[0], n[1].Transpose(), n[2].Transpose()), Float(3, 1, 5), Float(3, 5, 11), Float(3, 5, 11)),
    ];

    /// <summary>weights(scores(query · keyᵀ / √features)) · value.</summary>
    public static Node Attend(Node query, Node key, Node value, Func<Node, Node>? scores = null, Func<Node, Node>? weights = null)
    {
        var raw = Nodes.MatMul(query, key.Transpose()) * (1 / Math.Sqrt(query.Shape[^1].Value));
        return Nodes.MatMul((weights ?? (s => s.Softmax(-1)))(scores is null ? raw : scores(raw)), value);
    }

    /// <summary>Causal attention of heads side by side in [batch, length, 3 · heads · features].</summary>
    public static Node Heads(Node packed, long heads, long features)
    {
        var (batch, length) = (packed.Shape[0], packed.Shape[1]);
        var parts = Enumerable.Range(0, 3).Select(i => packed.Slice(2, i * heads * features, heads * features)
            .Reshape([batch, length, heads, features]).Permute(0, 2, 1, 3)).ToArray();
        return Attend(parts[0], parts[1], parts[2], Causal).Permute(0, 2, 1, 3).Reshape([batch, length, heads * features]);
    }

    public static Node Causal(Node scores) => Causal(scores, 1);

    public static Node Dropout(Node weights, Node seed)
    {
        var dropped = Nodes.RandomUniform(weights.Shape, 3, seed).Less(0.3);
        return Nodes.Select(dropped, weights.ZerosLike(), weights * (1 / 0.7));
    }

    /// <summary>Softmax of rows, and zeros where all is masked.</summary>
    public static Node SafeSoftmax(Node scores)
    {
        var largest = scores.Max(-1, keepDims: true).StopGradient();
        var infinite = largest.EqualTo(double.NegativeInfinity);
        var exponentials = (scores - Nodes.Select(infinite, largest.ZerosLike(), largest)).Exp();
        var sum = exponentials.Sum(-1, keepDims: true);
        return exponentials / Nodes.Select(sum.EqualTo(0), sum.OnesLike(), sum);
    }

    private static Node Causal(Node scores, long ahead) => Masked(scores, Columns(scores).Less(Rows(scores) + ahead));

    /// <summary>Row r attends to keys up to position + r.</summary>
    private static Node Held(Node scores, Node position) => Masked(scores, Columns(scores).LessOrEqual(Rows(scores) + position));

    private static Node Masked(Node scores, Node mask) =>
        Nodes.Select(mask, scores, Nodes.Scalar(double.NegativeInfinity, scores.Type.DType));

    private static Node Weighted(Node[] n, Func<Node, Node> use)
    {
        var weights = Nodes.MatMul(n[0], n[1].Transpose()).Softmax(-1);
        return Nodes.MatMul(weights, n[2]).Sum() * use(weights);
    }

    private static Node Rows(Node scores) => Nodes.Iota(scores.Shape[^2], DType.Int32).Unsqueeze(-1);

    private static Node Columns(Node scores) => Nodes.Iota(scores.Shape[^1], DType.Int32);

    private static SampleOperand Float(params long[] dims) => new(null, -2, 2, dims);
}
