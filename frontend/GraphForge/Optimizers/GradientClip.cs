using GraphForge.Compiler.Graph;

namespace GraphForge.Optimizers;

/// <summary>A limit for gradients, as torch.nn.utils has them.</summary>
public abstract record GradientClip
{
    private GradientClip() { }

    /// <summary>
    /// As clip_grad_norm_: where the norm of all gradients together exceeds the limit, all shrink by the same factor,
    /// maxNorm / (norm + 10⁻⁶).
    /// </summary>
    /// <param name="maxNorm">Above 0; infinity to learn the norm and clip nothing.</param>
    /// <param name="normType">The p of the p-norm, above 0; infinity for the largest element.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public static GradientClip ByNorm(double maxNorm, double normType = 2) =>
        new Norm(Positive(maxNorm, "ByNorm", nameof(maxNorm)), Order(normType));

    /// <summary>As clip_grad_value_: every element is limited to -clipValue..clipValue.</summary>
    /// <param name="clipValue">Above 0.</param>
    /// <exception cref="GraphException">The value is out of range.</exception>
    public static GradientClip ByValue(double clipValue) => new Value(Positive(clipValue, "ByValue", nameof(clipValue)));

    private static double Positive(double value, string clip, string name) => value > 0
        ? value
        : throw new GraphException(ErrorCode.BadAttribute, $"GradientClip.{clip}: {name} must be above 0 but is {value}.");

    private static double Order(double normType) => normType > 0
        ? normType
        : throw new GraphException(ErrorCode.BadAttribute,
            $"GradientClip.ByNorm: normType must be above 0 (infinity for the largest element) but is {normType}.");

    internal sealed record Norm(double Max, double Type) : GradientClip;

    internal sealed record Value(double Max) : GradientClip;
}
