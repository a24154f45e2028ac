using GraphForge.Attention;
using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>
/// An encoder of one sequence and a decoder of another that attends to it (Vaswani et al. 2017): torch.nn.Transformer, with its
/// names, defaults and initial values (Xavier's for every matrix). Embeddings and the output layer are the user's.
/// </summary>
public sealed class Transformer : Module
{
    /// <param name="dModel">Features of both sequences.</param>
    /// <param name="nhead">Heads of each attention; they divide the features.</param>
    /// <param name="numEncoderLayers">Layers of the encoder.</param>
    /// <param name="numDecoderLayers">Layers of the decoder.</param>
    /// <param name="dimFeedforward">Features within the feed-forward networks.</param>
    /// <param name="dropout">Share that is dropped while training; see <see cref="TransformerEncoderLayer"/>.</param>
    /// <param name="activation">Of the feed-forward networks; ReLU unless given.</param>
    /// <param name="layerNormEps">Added to the variance in layer norms.</param>
    /// <param name="batchFirst">Whether sequences are [N, L, dModel] and not [L, N, dModel].</param>
    /// <param name="normFirst">Whether norms come before attention and feed-forward, and not after the residual sum.</param>
    /// <param name="bias">Whether linear layers and norms have a bias.</param>
    /// <param name="dtype">Type of the parameters.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public Transformer(int dModel = 512, int nhead = 8, int numEncoderLayers = 6, int numDecoderLayers = 6, int dimFeedforward = 2048,
        double dropout = 0.1, Func<Tensor, Tensor>? activation = null, double layerNormEps = 1e-5, bool batchFirst = false,
        bool normFirst = false, bool bias = true, DType dtype = DType.Float32)
    {
        var settings = new TransformerSettings(
            dModel, nhead, dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias, dtype);
        Encoder = new TransformerEncoder(new TransformerEncoderLayer(settings), numEncoderLayers, settings.Norm());
        Decoder = new TransformerDecoder(new TransformerDecoderLayer(settings), numDecoderLayers, settings.Norm());
        foreach (var parameter in Parameters())
            if (parameter.Shape.Rank > 1) parameter.Initializer = Init.XavierUniform();
    }

    public TransformerEncoder Encoder { get; }

    public TransformerDecoder Decoder { get; }

    /// <summary>[size, size], to be added to scores: 0 up to the diagonal, -∞ above it.</summary>
    public static Tensor GenerateSquareSubsequentMask(Dim size, DType dtype = DType.Float32) =>
        AttentionMasks.Apply(AttentionMasks.Causal(size, size), Tensor.Zeros([size, size], dtype));

    /// <summary>The decoder's result for <paramref name="tgt"/>, given the encoder's for <paramref name="src"/>.</summary>
    /// <param name="src">[S, N, dModel], or [N, S, dModel] with batchFirst, or [S, dModel].</param>
    /// <param name="tgt">[L, N, dModel] and so on.</param>
    /// <param name="srcMask">Of the encoder's self-attention; see attnMask of <see cref="MultiheadAttention"/>.</param>
    /// <param name="tgtMask">Of the decoder's self-attention.</param>
    /// <param name="memoryMask">Of the decoder's attention to the encoder's result.</param>
    /// <param name="srcKeyPaddingMask">[N, S], true where an element of the source is padding.</param>
    /// <param name="tgtKeyPaddingMask">[N, L], true where an element of the target is padding.</param>
    /// <param name="memoryKeyPaddingMask">[N, S], true where an element of the encoder's result is padding.</param>
    /// <param name="srcIsCausal">Whether no element of the source attends to later ones.</param>
    /// <param name="tgtIsCausal">Whether no element of the target attends to later ones.</param>
    /// <param name="memoryIsCausal">Whether none attends to elements of the encoder's result behind its own position.</param>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public Tensor Forward(Tensor src, Tensor tgt, Tensor? srcMask = null, Tensor? tgtMask = null, Tensor? memoryMask = null,
        Tensor? srcKeyPaddingMask = null, Tensor? tgtKeyPaddingMask = null, Tensor? memoryKeyPaddingMask = null,
        bool srcIsCausal = false, bool tgtIsCausal = false, bool memoryIsCausal = false)
    {
        using var scope = Enter();
        var memory = Encoder.Forward(src, srcMask, srcKeyPaddingMask, srcIsCausal);
        return Decoder.Forward(
            tgt, memory, tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask, tgtIsCausal, memoryIsCausal);
    }
}
