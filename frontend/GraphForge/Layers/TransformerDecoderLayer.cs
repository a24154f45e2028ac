using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>
/// Self-attention, attention to another sequence, then a feed-forward network, each with a residual connection and a layer norm
/// (Vaswani et al. 2017): torch.nn.TransformerDecoderLayer, with its names and defaults.
/// </summary>
public sealed class TransformerDecoderLayer : Module
{
    private readonly MultiheadAttention _selfAttn;
    private readonly MultiheadAttention _multiheadAttn;
    private readonly Linear _linear1;
    private readonly Dropout _dropout;
    private readonly Linear _linear2;
    private readonly LayerNorm _norm1;
    private readonly LayerNorm _norm2;
    private readonly LayerNorm _norm3;
    private readonly Dropout _dropout1;
    private readonly Dropout _dropout2;
    private readonly Dropout _dropout3;

    /// <inheritdoc cref="TransformerEncoderLayer(int, int, int, double, Func{Tensor, Tensor}, double, bool, bool, bool, DType)"/>
    public TransformerDecoderLayer(int dModel, int nhead, int dimFeedforward = 2048, double dropout = 0.1,
        Func<Tensor, Tensor>? activation = null, double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false,
        bool bias = true, DType dtype = DType.Float32)
        : this(new(dModel, nhead, dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias, dtype)) { }

    internal TransformerDecoderLayer(TransformerSettings settings)
    {
        Settings = settings.Problem is { } problem ? throw Error(ErrorCode.BadAttribute, problem) : settings;
        (_selfAttn, _multiheadAttn) = (settings.Attention(), settings.Attention());
        (_linear1, _linear2) = (settings.Widen(), settings.Narrow());
        (_norm1, _norm2, _norm3) = (settings.Norm(), settings.Norm(), settings.Norm());
        (_dropout, _dropout1) = (new(settings.DropoutP), new(settings.DropoutP));
        (_dropout2, _dropout3) = (new(settings.DropoutP), new(settings.DropoutP));
    }

    internal TransformerSettings Settings { get; }

    /// <summary>The target sequence after one layer, in the shape it had.</summary>
    /// <param name="tgt">[L, N, dModel], or [N, L, dModel] with batchFirst, or [L, dModel].</param>
    /// <param name="memory">[S, N, dModel] and so on: the sequence it attends to, such as an encoder's result.</param>
    /// <param name="tgtMask">Of self-attention; see attnMask of <see cref="MultiheadAttention"/>.</param>
    /// <param name="memoryMask">Of attention to the memory.</param>
    /// <param name="tgtKeyPaddingMask">[N, L], true where an element of the target is padding.</param>
    /// <param name="memoryKeyPaddingMask">[N, S], true where an element of the memory is padding.</param>
    /// <param name="tgtIsCausal">Whether no element of the target attends to later ones.</param>
    /// <param name="memoryIsCausal">Whether none attends to elements of the memory behind its own position.</param>
    /// <param name="cache">Holds the elements of the target before these, for decoding.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public Tensor Forward(Tensor tgt, Tensor memory, Tensor? tgtMask = null, Tensor? memoryMask = null, Tensor? tgtKeyPaddingMask = null,
        Tensor? memoryKeyPaddingMask = null, bool tgtIsCausal = false, bool memoryIsCausal = false, KeyValueCache? cache = null)
    {
        var problem = Settings.SequenceProblem("tgt", "L", tgt) ?? Settings.SequenceProblem("memory", "S", memory);
        if (problem is not null) throw Error(ErrorCode.ShapeMismatch, problem);
        using var scope = Enter();
        Tensor Self(Tensor x) => _dropout1.Forward(
            _selfAttn.Forward(x, x, x, tgtKeyPaddingMask, needWeights: false, tgtMask, isCausal: tgtIsCausal, cache: cache).Output);
        Tensor Cross(Tensor x) => _dropout2.Forward(_multiheadAttn.Forward(
            x, memory, memory, memoryKeyPaddingMask, needWeights: false, memoryMask, isCausal: memoryIsCausal).Output);
        if (Settings.NormFirst)
        {
            tgt += Self(_norm1.Forward(tgt));
            tgt += Cross(_norm2.Forward(tgt));
            return tgt + FeedForward(_norm3.Forward(tgt));
        }
        tgt = _norm1.Forward(tgt + Self(tgt));
        tgt = _norm2.Forward(tgt + Cross(tgt));
        return _norm3.Forward(tgt + FeedForward(tgt));
    }

    private Tensor FeedForward(Tensor x) =>
        _dropout3.Forward(_linear2.Forward(_dropout.Forward(Settings.Activate(_linear1.Forward(x)))));
}
