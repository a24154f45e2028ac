using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>Decoder layers one after another: torch.nn.TransformerDecoder, with its names.</summary>
public sealed class TransformerDecoder : Module
{
    private readonly TransformerDecoderLayer[] _layers;
    private readonly Module? _norm;

    /// <param name="decoderLayer">The first layer; the others are made with its settings, and draw values of their own.</param>
    /// <param name="numLayers">Number of layers.</param>
    /// <param name="norm">What follows the last layer, or null.</param>
    /// <exception cref="GraphException">There is no layer.</exception>
    public TransformerDecoder(TransformerDecoderLayer decoderLayer, int numLayers, Module? norm = null)
    {
        if (numLayers < 1) throw Error(ErrorCode.BadAttribute, $"needs at least 1 layer but was given {numLayers}.");
        _layers = [decoderLayer, .. Enumerable.Range(1, numLayers - 1).Select(_ => new TransformerDecoderLayer(decoderLayer.Settings))];
        _norm = norm;
    }

    public IReadOnlyList<TransformerDecoderLayer> Layers => _layers;

    /// <summary>The target after all layers; the arguments are those of <see cref="TransformerDecoderLayer"/>.</summary>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public Tensor Forward(Tensor tgt, Tensor memory, Tensor? tgtMask = null, Tensor? memoryMask = null, Tensor? tgtKeyPaddingMask = null,
        Tensor? memoryKeyPaddingMask = null, bool tgtIsCausal = false, bool memoryIsCausal = false, KeyValueCache? cache = null)
    {
        using var scope = Enter();
        foreach (var layer in _layers)
            tgt = layer.Forward(
                tgt, memory, tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask, tgtIsCausal, memoryIsCausal, cache);
        return _norm is null ? tgt : _norm.Forward(tgt);
    }
}
