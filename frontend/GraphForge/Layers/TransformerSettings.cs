using GraphForge.Attention;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>What the layers of a Transformer have in common, so that a stack can make more layers like one.</summary>
internal sealed record TransformerSettings(int Features, int Heads, int DimFeedforward, double DropoutP, Func<Tensor, Tensor>? Activation,
    double LayerNormEps, bool BatchFirst, bool NormFirst, bool HasBias, DType DType)
{
    /// <summary>What is wrong with a setting, as the end of a sentence; the parts of a layer check the rest.</summary>
    public string? Problem => DimFeedforward < 1 ? $"needs a dimFeedforward of at least 1 but was given {DimFeedforward}." : null;

    public MultiheadAttention Attention() => new(Features, Heads, DropoutP, HasBias, batchFirst: BatchFirst, dtype: DType);

    public LayerNorm Norm() => new(Features, LayerNormEps, bias: HasBias, dtype: DType);

    public Linear Widen() => new(Features, DimFeedforward, HasBias, DType);

    public Linear Narrow() => new(DimFeedforward, Features, HasBias, DType);

    public Tensor Activate(Tensor x) => Activation is null ? x.Relu() : Activation(x);

    /// <summary>What is wrong with a sequence, as the end of a sentence; null when nothing is.</summary>
    public string? SequenceProblem(string name, string length, Tensor sequence)
    {
        if (sequence.Rank is 2 or 3 && sequence.Shape[^1].Is(Features)) return null;
        var layout = BatchFirst ? $"[N, {length}, {Features}]" : $"[{length}, N, {Features}]";
        return $"takes a {name} {layout} or [{length}, {Features}] but was given {sequence.Shape}; project it to {Features} features.";
    }
}
