using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>
/// Self-attention, then a feed-forward network, each with a residual connection and a layer norm (Vaswani et al. 2017):
/// torch.nn.TransformerEncoderLayer, with its names and defaults.
/// </summary>
public sealed class TransformerEncoderLayer : Module
{
    private readonly MultiheadAttention _selfAttn;
    private readonly Linear _linear1;
    private readonly Dropout _dropout;
    private readonly Linear _linear2;
    private readonly LayerNorm _norm1;
    private readonly LayerNorm _norm2;
    private readonly Dropout _dropout1;
    private readonly Dropout _dropout2;

    /// <param name="dModel">Features of the sequence.</param>
    /// <param name="nhead">Heads of the attention; they divide the features.</param>
    /// <param name="dimFeedforward">Features within the feed-forward network.</param>
    /// <param name="dropout">Share of attention weights, of hidden features and of each branch that is dropped while training.</param>
    /// <param name="activation">Of the feed-forward network; ReLU unless given, and <c>x => x.Gelu()</c> is the usual other.</param>
    /// <param name="layerNormEps">Added to the variance in layer norms.</param>
    /// <param name="batchFirst">Whether sequences are [N, L, dModel] and not [L, N, dModel].</param>
    /// <param name="normFirst">Whether norms come before attention and feed-forward, and not after the residual sum.</param>
    /// <param name="bias">Whether linear layers and norms have a bias.</param>
    /// <param name="dtype">Type of the parameters.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public TransformerEncoderLayer(int dModel, int nhead, int dimFeedforward = 2048, double dropout = 0.1,
        Func<Tensor, Tensor>? activation = null, double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false,
        bool bias = true, DType dtype = DType.Float32)
        : this(new(dModel, nhead, dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias, dtype)) { }

    internal TransformerEncoderLayer(TransformerSettings settings)
    {
        Settings = settings.Problem is { } problem ? throw Error(ErrorCode.BadAttribute, problem) : settings;
        _selfAttn = settings.Attention();
        (_linear1, _linear2) = (settings.Widen(), settings.Narrow());
        (_norm1, _norm2) = (settings.Norm(), settings.Norm());
        (_dropout, _dropout1, _dropout2) = (new(settings.DropoutP), new(settings.DropoutP), new(settings.DropoutP));
    }

    internal TransformerSettings Settings { get; }

    /// <summary>The sequence without masks.</summary>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <summary>The sequence after one layer, in the shape it had.</summary>
    /// <param name="src">[L, N, dModel], or [N, L, dModel] with batchFirst, or [L, dModel].</param>
    /// <param name="srcMask">See attnMask of <see cref="MultiheadAttention"/>.</param>
    /// <param name="srcKeyPaddingMask">[N, L], true where an element is padding.</param>
    /// <param name="isCausal">Whether no element attends to later ones.</param>
    /// <param name="cache">Holds the elements before these, for decoding.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public Tensor Forward(
        Tensor src, Tensor? srcMask, Tensor? srcKeyPaddingMask = null, bool isCausal = false, KeyValueCache? cache = null)
    {
        if (Settings.SequenceProblem("src", "L", src) is { } problem) throw Error(ErrorCode.ShapeMismatch, problem);
        using var scope = Enter();
        if (Settings.NormFirst)
        {
            src += Attend(_norm1.Forward(src), srcMask, srcKeyPaddingMask, isCausal, cache);
            return src + FeedForward(_norm2.Forward(src));
        }
        src = _norm1.Forward(src + Attend(src, srcMask, srcKeyPaddingMask, isCausal, cache));
        return _norm2.Forward(src + FeedForward(src));
    }

    private Tensor Attend(Tensor x, Tensor? mask, Tensor? padding, bool isCausal, KeyValueCache? cache) => _dropout1.Forward(
        _selfAttn.Forward(x, x, x, padding, needWeights: false, mask, isCausal: isCausal, cache: cache).Output);

    private Tensor FeedForward(Tensor x) =>
        _dropout2.Forward(_linear2.Forward(_dropout.Forward(Settings.Activate(_linear1.Forward(x)))));
}
