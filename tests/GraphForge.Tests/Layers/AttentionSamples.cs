using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

/// <summary>Attention with its masks.</summary>
internal static class AttentionSamples
{
    public static IEnumerable<LayerSample> All =>
    [
        Row("self", new(4, 2, dtype: DType.Float64), m => x => m.Forward(x[0], x[0], x[0]).Output, [3, 2, 4]),
        Row("weights", new(4, 2, dtype: DType.Float64), m => x => m.Forward(x[0], x[0], x[0]).Weights!, [3, 1, 4]),
        Row("cross", new(4, 2, kdim: 3, vdim: 2, batchFirst: true, dtype: DType.Float64),
            m => x => m.Forward(x[0], x[1], x[2]).Output, [2, 2, 4], [2, 3, 3], [2, 3, 2]),
        Row("grouped, causal and rotary",
            new(8, 4, batchFirst: true, numKeyValueHeads: 2, dtype: DType.Float64) { Rotary = new RotaryEmbedding() },
            m => x => m.Forward(x[0], x[0], x[0], isCausal: true).Output, [1, 3, 8]),
        Row("added keys and a float mask", new(4, 2, addBiasKv: true, addZeroAttn: true, dtype: DType.Float64),
            m => x => m.Forward(x[0], x[0], x[0], attnMask: x[1], isCausal: true).Output, [2, 2, 4], [2, 2]),
        Row("rows with no key", new(4, 2, dtype: DType.Float64),
            m => x => m.Forward(x[0], x[0], x[0], keyPaddingMask: Tensor.Constant<bool>([true, true, false, true], 2, 2)).Output, [2, 2, 4]),
    ];

    private static LayerSample Row(string name, MultiheadAttention layer,
        Func<MultiheadAttention, Func<Tensor[], Tensor>> forward, params Shape[] inputs) => new($"attention, {name}", layer, forward(layer), inputs);
}
