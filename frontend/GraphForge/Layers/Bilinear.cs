using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>A product of two inputs: [..., in1Features] and [..., in2Features] → [..., outFeatures]; see <see cref="Functional.Bilinear"/>.</summary>
public sealed class Bilinear : Module
{
    /// <param name="in1Features">Features of the first input.</param>
    /// <param name="in2Features">Features of the second input.</param>
    /// <param name="outFeatures">Features of the output.</param>
    /// <param name="bias">Whether each output feature has a number added.</param>
    /// <param name="dtype">Type of the parameters.</param>
    /// <exception cref="GraphException">A number of features is less than 1.</exception>
    public Bilinear(int in1Features, int in2Features, int outFeatures, bool bias = true, DType dtype = DType.Float32)
    {
        if (in1Features < 1 || in2Features < 1 || outFeatures < 1)
            throw Error(ErrorCode.BadAttribute, "needs at least one feature on all sides but was given " +
                $"{in1Features} and {in2Features} → {outFeatures}.");
        var bound = 1 / Math.Sqrt(in1Features);
        Weight = new Parameter(Init.Uniform(-bound, bound), dtype, outFeatures, in1Features, in2Features);
        Bias = bias ? new Parameter(Init.Uniform(-bound, bound), dtype, outFeatures) : null;
    }

    /// <summary>[outFeatures, in1Features, in2Features].</summary>
    public Parameter Weight { get; }

    /// <summary>[outFeatures], or null.</summary>
    public Parameter? Bias { get; }

    /// <exception cref="GraphException">The inputs do not fit the layer or each other.</exception>
    public Tensor Forward(Tensor input1, Tensor input2)
    {
        var (first, second) = (Weight.Shape[1], Weight.Shape[2]);
        if (input1.Rank == 0 || input2.Rank != input1.Rank || input1.Shape[^1] != first || input2.Shape[^1] != second ||
            !input1.Shape.SkipLast(1).SequenceEqual(input2.Shape.SkipLast(1)))
            throw Error(ErrorCode.ShapeMismatch, $"takes [..., {first}] and [..., {second}], equal but for the last axis, but was given " +
                $"{input1.Shape} and {input2.Shape}.");
        using var scope = Enter();
        return Functional.Bilinear(input1, input2, Weight, Bias);
    }
}
