using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>Normalises groups of channels of [N, C, …], sample by sample; see <see cref="Functional.GroupNorm"/>.</summary>
public sealed class GroupNorm : Module
{
    private readonly double _eps;

    /// <param name="numGroups">Number of groups; divides the channels.</param>
    /// <param name="numChannels">Number of channels C.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Whether channels are scaled by weight and shifted by bias.</param>
    /// <param name="dtype">Type of the parameters.</param>
    /// <exception cref="GraphException">The groups do not divide the channels.</exception>
    public GroupNorm(int numGroups, int numChannels, double eps = 1e-5, bool affine = true, DType dtype = DType.Float32)
    {
        if (numGroups < 1 || numChannels < 1 || numChannels % numGroups != 0)
            throw Error(ErrorCode.BadAttribute, $"needs groups that divide its {numChannels} channels but was given {numGroups}.");
        (NumGroups, NumChannels, _eps) = (numGroups, numChannels, eps);
        if (!affine) return;
        Weight = new Parameter(Init.Ones, dtype, numChannels);
        Bias = new Parameter(Init.Zeros, dtype, numChannels);
    }

    public int NumGroups { get; }

    public int NumChannels { get; }

    /// <summary>[numChannels], ones at first, or null.</summary>
    public Parameter? Weight { get; }

    /// <summary>[numChannels], zeros at first, or null.</summary>
    public Parameter? Bias { get; }

    public override Tensor Forward(Tensor input)
    {
        if (input.Rank < 2 || !input.Shape[1].Is(NumChannels))
            throw Error(ErrorCode.ShapeMismatch, $"takes [N, {NumChannels}, …] but was given {input.Shape}; " +
                "make its numChannels the extent of axis 1.");
        using var scope = Enter();
        return Functional.GroupNorm(
            input, NumGroups, Weight, Bias, _eps);
    }
}
