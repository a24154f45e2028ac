using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>x·Wᵀ + b over the last axis: [..., inFeatures] → [..., outFeatures].</summary>
public sealed class Linear : Module
{
    /// <exception cref="GraphException">A number of features is less than 1.</exception>
    public Linear(int inFeatures, int outFeatures, bool bias = true, DType dtype = DType.Float32)
    {
        if (inFeatures < 1 || outFeatures < 1)
            throw Error(ErrorCode.BadAttribute, $"needs at least one feature on both sides but was given {inFeatures} → {outFeatures}.");
        InFeatures = inFeatures;
        OutFeatures = outFeatures;
        Weight = new Parameter(Init.KaimingUniform(a: Math.Sqrt(5)), dtype, outFeatures, inFeatures);
        var bound = 1 / Math.Sqrt(inFeatures);
        Bias = bias ? new Parameter(Init.Uniform(-bound, bound), dtype, outFeatures) : null;
    }

    public int InFeatures { get; }

    public int OutFeatures { get; }

    /// <summary>[outFeatures, inFeatures]. Another layer's may be set: both then are one parameter.</summary>
    public Parameter Weight { get; set => field = Tied(field, value); }

    /// <summary>[outFeatures], or null.</summary>
    public Parameter? Bias { get; }

    public override Tensor Forward(Tensor input)
    {
        if (input.Rank == 0 || !input.Shape[^1].Is(InFeatures))
        {
            var remedy = input.Rank > 0 && input.Shape[^1].IsBound ? $"make its inFeatures {input.Shape[^1]}, or " : "";
            throw Error(ErrorCode.ShapeMismatch, $"takes [..., {InFeatures}] but was given {input.Shape}; " +
                $"{remedy}let the layer before it give {InFeatures} features.");
        }
        using var scope = Enter();
        return Functional.Linear(input, Weight, Bias);
    }
}
