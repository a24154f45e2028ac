using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>Divides the last axes by their root mean square; see <see cref="Functional.RmsNorm"/>.</summary>
public sealed class RMSNorm : Module
{
    private readonly double? _eps;

    /// <summary>Over the last axis.</summary>
    /// <exception cref="GraphException">The extent is less than 1.</exception>
    public RMSNorm(int normalizedShape, double? eps = null, bool elementwiseAffine = true, DType dtype = DType.Float32)
        : this([normalizedShape], eps, elementwiseAffine, dtype) { }

    /// <summary>Over as many last axes as the shape has.</summary>
    /// <param name="normalizedShape">Extents of the axes.</param>
    /// <param name="eps">Added to the mean square; the machine epsilon of the input's type unless given.</param>
    /// <param name="elementwiseAffine">Whether elements are scaled by a weight.</param>
    /// <param name="dtype">Type of the weight.</param>
    /// <exception cref="GraphException">The shape has no axes, or an extent less than 1.</exception>
    public RMSNorm(Shape normalizedShape, double? eps = null, bool elementwiseAffine = true, DType dtype = DType.Float32)
    {
        if (NormalizedShapes.Problem(normalizedShape) is { } problem) throw Error(ErrorCode.BadAttribute, problem);
        (NormalizedShape, _eps) = (normalizedShape, eps);
        Weight = elementwiseAffine ? new Parameter(Init.Ones, dtype, normalizedShape.Values) : null;
    }

    public Shape NormalizedShape { get; }

    /// <summary>Of the normalised shape, ones at first, or null.</summary>
    public Parameter? Weight { get; }

    public override Tensor Forward(Tensor input)
    {
        if (NormalizedShapes.Problem(NormalizedShape, input) is { } problem) throw Error(ErrorCode.ShapeMismatch, problem);
        using var scope = Enter();
        return Functional.RmsNorm(input, NormalizedShape, Weight, _eps);
    }
}
