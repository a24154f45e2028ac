using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>Encoder layers one after another: torch.nn.TransformerEncoder, with its names.</summary>
public sealed class TransformerEncoder : Module
{
    private readonly TransformerEncoderLayer[] _layers;
    private readonly Module? _norm;

    /// <param name="encoderLayer">The first layer; the others are made with its settings, and draw values of their own.</param>
    /// <param name="numLayers">Number of layers.</param>
    /// <param name="norm">What follows the last layer, or null.</param>
    /// <exception cref="GraphException">There is no layer.</exception>
    public TransformerEncoder(TransformerEncoderLayer encoderLayer, int numLayers, Module? norm = null)
    {
        if (numLayers < 1) throw Error(ErrorCode.BadAttribute, $"needs at least 1 layer but was given {numLayers}.");
        _layers = [encoderLayer, .. Enumerable.Range(1, numLayers - 1).Select(_ => new TransformerEncoderLayer(encoderLayer.Settings))];
        _norm = norm;
    }

    public IReadOnlyList<TransformerEncoderLayer> Layers => _layers;

    /// <summary>The sequence without masks.</summary>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <summary>The sequence after all layers; the arguments are those of <see cref="TransformerEncoderLayer"/>.</summary>
    /// <exception cref="GraphException">Shapes or types do not fit.</exception>
    public Tensor Forward(
        Tensor src, Tensor? mask, Tensor? srcKeyPaddingMask = null, bool isCausal = false, KeyValueCache? cache = null)
    {
        using var scope = Enter();
        foreach (var layer in _layers) src = layer.Forward(src, mask, srcKeyPaddingMask, isCausal, cache);
        return _norm is null ? src : _norm.Forward(src);
    }
}
