using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;

namespace GraphForge.Tests.Reference;

/// <summary>Attention and positions, with their gradients, against PyTorch.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedAttentionTests : RecordedFamilyTests<RecordedAttentionTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("attention", new Dictionary<string, FamilyFunction>
    {
        ["scaled dot product"] = (x, a) => Functional.ScaledDotProductAttention(
            x[0], x[1], x[2], x.Length > 3 ? x[3] : null, isCausal: a.Flag("is_causal", false),
            scale: a.Has("scale") ? a.Number("scale") : null, enableGqa: a.Flag("enable_gqa", false)),
        ["rotary"] = (x, a) =>
        {
            var layer = new RotaryEmbedding(a.Number("theta", 10000), Layout(a.Text("layout")));
            return RecordedFamily.Apply(layer, () => layer.Forward(x[0], Offset(x)), x, a);
        },
        ["sinusoidal"] = Sinusoidal,
        ["learned"] = RecordedFamily.Layer(a => new LearnedPositionalEncoding(a.Integer("max_length"), a.Integer("d_model"), batchFirst: true)),
        ["multihead attention"] = Multihead,
        ["grouped attention"] = Grouped,
        ["alibi"] = (x, _) => x[0] + Functional.AlibiBias((int)x[0].Shape[^3].Value, x[0].Shape[^2], x[0].Shape[^1]),
    });

    private static Tensor? Offset(Tensor[] operands) => operands.Length > 1 ? operands[1] : null;

    /// <summary>The layer where all sequences start at one position.</summary>
    private static Tensor Sinusoidal(Tensor[] x, CaseAttributes a)
    {
        var (features, theta) = ((int)x[0].Shape[^1].Value, a.Number("theta", 10000));
        if (Offset(x) is { Rank: > 0 } offsets) return x[0] + Functional.SinusoidalPositions(x[0].Shape[^2], features, offsets, theta);
        var layer = new SinusoidalPositionalEncoding(features, batchFirst: true, theta: theta);
        return RecordedFamily.Apply(layer, () => layer.Forward(x[0], Offset(x)), x, a);
    }

    private static Tensor Multihead(Tensor[] x, CaseAttributes a)
    {
        var layer = new MultiheadAttention(a.Integer("embed_dim"), a.Integer("num_heads"), 0, a.Flag("bias", true),
            a.Flag("add_bias_kv", false), a.Flag("add_zero_attn", false), Extent(a, "kdim"), Extent(a, "vdim"), a.Flag("batch_first", false));
        var masks = a.Has("masks") ? a.Texts("masks") : [];
        Tensor? Mask(string name) => Array.IndexOf(masks, name) is >= 0 and var i
            ? x[x.Length - a.Texts("parameters").Length - masks.Length + i]
            : null;
        var alone = a.Flag("one", false);
        return RecordedFamily.Apply(layer, () =>
        {
            var (output, weights) = layer.Forward(x[0], x[alone ? 0 : 1], x[alone ? 0 : 2], Mask("key_padding_mask"),
                a.Flag("need_weights", true), Mask("attn_mask"), a.Flag("average", true), a.Flag("causal", false));
            return weights is null ? output : RecordedFamily.Flat(output, weights);
        }, x, a);
    }

    private static Tensor Grouped(Tensor[] x, CaseAttributes a)
    {
        var layer = new MultiheadAttention(
            (int)x[0].Shape[^1].Value, a.Integer("num_heads"), batchFirst: true, numKeyValueHeads: a.Integer("key_heads"))
        {
            Rotary = a.Has("turned") ? new RotaryEmbedding(layout: Layout(a.Text("turned"))) : null,
        };
        var padding = a.Flag("masked_keys", false) ? x[1] : null;
        return RecordedFamily.Apply(
            layer, () => layer.Forward(x[0], x[0], x[0], padding, isCausal: a.Flag("is_causal", false)).Output, x, a);
    }

    private static int? Extent(CaseAttributes attributes, string name) => attributes.Has(name) ? attributes.Integer(name) : null;

    private static RotaryLayout Layout(string name) => name == "halves" ? RotaryLayout.Halves : RotaryLayout.Interleaved;
}
