using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

/// <summary>Transformer layers and positions.</summary>
internal static class TransformerSamples
{
    private const DType Double = DType.Float64;

    public static IEnumerable<LayerSample> All
    {
        get
        {
            var encoder = new TransformerEncoderLayer(4, 2, 3, activation: x => x.Gelu(), dtype: Double);
            yield return new("encoder layer", encoder, x => encoder.Forward(x[0]), [3, 1, 4]);
            var normFirst = new TransformerEncoderLayer(4, 2, 3, normFirst: true, batchFirst: true, bias: false, dtype: Double);
            yield return new("encoder layer, norm first", normFirst, x => normFirst.Forward(x[0], null, isCausal: true), [1, 3, 4]);
            var decoder = new TransformerDecoderLayer(4, 2, 3, activation: x => x.Gelu(), dtype: Double);
            yield return new("decoder layer", decoder, x => decoder.Forward(x[0], x[1], tgtIsCausal: true), [2, 1, 4], [3, 1, 4]);
            var encoders = new TransformerEncoder(
                new(2, 1, 3, activation: x => x.Gelu(), dtype: Double), 2, new LayerNorm(2, dtype: Double));
            yield return new("encoder", encoders, x => encoders.Forward(x[0]), [2, 1, 2]);
            var decoders = new TransformerDecoder(new(2, 1, 3, activation: x => x.Gelu(), dtype: Double), 2);
            yield return new("decoder", decoders, x => decoders.Forward(x[0], x[1]), [2, 1, 2], [3, 1, 2]);
            var both = new Transformer(2, 1, 1, 1, 3, activation: x => x.Gelu(), dtype: Double);
            yield return new("encoder and decoder", both, x => both.Forward(x[0], x[1]), [3, 1, 2], [2, 1, 2]);
            var sinusoidal = new SinusoidalPositionalEncoding(4);
            yield return new("sinusoidal positions", sinusoidal, x => sinusoidal.Forward(x[0]), [3, 2, 4]);
            var learned = new LearnedPositionalEncoding(5, 4, batchFirst: true, dtype: Double);
            yield return new("learned positions", learned, x => learned.Forward(x[0]) * learned.Forward(x[0], 2), [2, 3, 4]);
            var rotary = new RotaryEmbedding(layout: RotaryLayout.Interleaved);
            yield return new("rotary positions", rotary, x => rotary.Forward(x[0], 3), [2, 3, 4]);
        }
    }
}
