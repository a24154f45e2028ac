using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>x, or weight·x where x is not above 0; the weight is learned, one for all or one for each channel of [N, C, …].</summary>
public sealed class PReLU : Module
{
    /// <param name="numParameters">1, or the number of channels.</param>
    /// <param name="init">What the weight starts from.</param>
    /// <param name="dtype">float32 or float64.</param>
    /// <exception cref="GraphException"><paramref name="numParameters"/> is less than 1.</exception>
    public PReLU(int numParameters = 1, double init = 0.25, DType dtype = DType.Float32)
    {
        if (numParameters < 1) throw Error(ErrorCode.BadAttribute, $"needs at least one parameter but was given {numParameters}.");
        NumParameters = numParameters;
        Weight = new Parameter(Init.Constant((float)init), dtype, numParameters);
    }

    public int NumParameters { get; }

    /// <summary>[numParameters].</summary>
    public Parameter Weight { get; }

    public override Tensor Forward(Tensor input)
    {
        if (NumParameters > 1 && (input.Rank < 2 || !input.Shape[1].Is(NumParameters)))
            throw Error(ErrorCode.ShapeMismatch, $"takes [N, {NumParameters}, …] but was given {input.Shape}; " +
                "make numParameters 1, or the number of channels.");
        using var scope = Enter();
        return Functional.Prelu(input, Weight);
    }
}
