using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;

namespace GraphForge.Tests.Reference;

/// <summary>Transformer layers and stacks with the recorded weights against PyTorch's outputs and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedTransformerTests : RecordedFamilyTests<RecordedTransformerTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("transformer", new Dictionary<string, FamilyFunction>
    {
        ["encoder layer"] = (x, a) => Apply(EncoderLayer(a), x, a, (layer, given) => layer.Forward(
            x[0], given["src_mask"], given["src_key_padding_mask"], given.IsCausal("src_mask"))),
        ["encoder"] = (x, a) => Apply(new TransformerEncoder(EncoderLayer(a), a.Integer("num_layers"), Norm(a)), x, a, (layer, given) =>
            layer.Forward(x[0], given["mask"], given["src_key_padding_mask"], given.IsCausal("mask"))),
        ["decoder layer"] = (x, a) => Apply(DecoderLayer(a), x, a, (layer, given) => layer.Forward(
            x[0], x[1], given["tgt_mask"], given["memory_mask"], given["tgt_key_padding_mask"], given["memory_key_padding_mask"],
            given.IsCausal("tgt_mask"))),
        ["decoder"] = (x, a) => Apply(new TransformerDecoder(DecoderLayer(a), a.Integer("num_layers"), Norm(a)), x, a, (layer, given) =>
            layer.Forward(x[0], x[1], tgtIsCausal: given.IsCausal("tgt_mask"))),
        ["transformer"] = (x, a) => Apply(Transformer(a), x, a, (layer, given) => layer.Forward(
            x[0], x[1], given["src_mask"], given["tgt_mask"], given["memory_mask"], given["src_key_padding_mask"],
            given["tgt_key_padding_mask"], given["memory_key_padding_mask"], tgtIsCausal: given.IsCausal("tgt_mask"))),
    });

    private static Tensor Apply<TLayer>(TLayer layer, Tensor[] x, CaseAttributes a, Func<TLayer, Masks, Tensor> forward)
        where TLayer : Module => RecordedFamily.Apply(layer, () => forward(layer, new Masks(x, a)), x, a);

    private static TransformerEncoderLayer EncoderLayer(CaseAttributes a) => new(a.Integer("d_model"), a.Integer("nhead"),
        a.Integer("dim_feedforward"), 0, Activation(a), a.Number("layer_norm_eps", 1e-5), a.Flag("batch_first", false),
        a.Flag("norm_first", false));

    private static TransformerDecoderLayer DecoderLayer(CaseAttributes a) => new(a.Integer("d_model"), a.Integer("nhead"),
        a.Integer("dim_feedforward"), 0, Activation(a), batchFirst: a.Flag("batch_first", false), normFirst: a.Flag("norm_first", false));

    private static Transformer Transformer(CaseAttributes a) => new(a.Integer("d_model"), a.Integer("nhead"),
        a.Integer("num_encoder_layers"), a.Integer("num_decoder_layers"), a.Integer("dim_feedforward"), 0, Activation(a), batchFirst: a.Flag("batch_first", false),
        normFirst: a.Flag("norm_first", false));

    private static LayerNorm? Norm(CaseAttributes a) => a.Flag("norm", false) ? new LayerNorm(a.Integer("d_model")) : null;

    private static Func<Tensor, Tensor>? Activation(CaseAttributes a) => a.Text("activation", "relu") == "gelu" ? x => x.Gelu() : null;

    /// <summary>The masks of a case, which follow its sequences.</summary>
    private sealed class Masks(Tensor[] operands, CaseAttributes attributes)
    {
        public Tensor? this[string name] =>
            attributes.Has("masks") && Array.IndexOf(attributes.Texts("masks"), name) is >= 0 and var i
                ? operands[attributes.Integer("sequences", 1) + i]
                : null;

        public bool IsCausal(string name) => attributes.Text("causal", "") == name;
    }
}
