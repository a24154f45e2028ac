using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>Normalises the last axes together (Ba, Kiros, Hinton 2016); see <see cref="Functional.LayerNorm"/>.</summary>
public sealed class LayerNorm : Module
{
    private readonly double _eps;

    /// <summary>Over the last axis.</summary>
    /// <exception cref="GraphException">The extent is less than 1.</exception>
    public LayerNorm(int normalizedShape, double eps = 1e-5, bool elementwiseAffine = true, bool bias = true, DType dtype = DType.Float32)
        : this([normalizedShape], eps, elementwiseAffine, bias, dtype) { }

    /// <summary>Over as many last axes as the shape has.</summary>
    /// <param name="normalizedShape">Extents of the axes.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="elementwiseAffine">Whether elements are scaled by a weight.</param>
    /// <param name="bias">Whether, with a weight, they are shifted by a bias too.</param>
    /// <param name="dtype">Type of the parameters.</param>
    /// <exception cref="GraphException">The shape has no axes, or an extent less than 1.</exception>
    public LayerNorm(
        Shape normalizedShape, double eps = 1e-5, bool elementwiseAffine = true, bool bias = true, DType dtype = DType.Float32)
    {
        if (NormalizedShapes.Problem(normalizedShape) is { } problem) throw Error(ErrorCode.BadAttribute, problem);
        (NormalizedShape, _eps) = (normalizedShape, eps);
        if (!elementwiseAffine) return;
        Weight = new Parameter(Init.Ones, dtype, normalizedShape.Values);
        Bias = bias ? new Parameter(Init.Zeros, dtype, normalizedShape.Values) : null;
    }

    public Shape NormalizedShape { get; }

    /// <summary>Of the normalised shape, ones at first, or null.</summary>
    public Parameter? Weight { get; }

    /// <summary>Of the normalised shape, zeros at first, or null.</summary>
    public Parameter? Bias { get; }

    public override Tensor Forward(Tensor input)
    {
        if (NormalizedShapes.Problem(NormalizedShape, input) is { } problem) throw Error(ErrorCode.ShapeMismatch, problem);
        using var scope = Enter();
        return Functional.LayerNorm(
            input, NormalizedShape, Weight, Bias, _eps);
    }
}

/// <summary>What layers that normalise the last axes demand.</summary>
internal static class NormalizedShapes
{
    public static string? Problem(Shape shape) => shape.Rank == 0 || shape.Any(extent => !extent.IsBound || extent.Value < 1)
        ? $"needs a normalizedShape of extents of at least 1 but was given {shape}."
        : null;

    public static string? Problem(Shape shape, Tensor input) => input.Rank < shape.Rank || !input.Shape.TakeLast(shape.Rank).SequenceEqual(shape)
        ? $"takes [..., {string.Join(", ", shape)}] but was given {input.Shape}; make its normalizedShape the last extents of its input."
        : null;
}
