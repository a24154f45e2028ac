using GraphForge.Compiler.Graph;
using GraphForge.Tracing;

namespace GraphForge;

/// <content>Random zeros while training; without training, and with p = 0, these change nothing.</content>
public static partial class Functional
{
    /// <summary>
    /// Whole channels of [N, C, L] zero with probability <paramref name="p"/>, the others divided by 1 − p (Tompson et al. 2015).
    /// </summary>
    /// <exception cref="GraphException"><paramref name="p"/> is no probability, or the input has another number of axes.</exception>
    public static Tensor Dropout1d(Tensor input, double p = 0.5) => DropChannels("dropout1d", input, p, 1);

    /// <summary>As <see cref="Dropout1d"/>, for [N, C, H, W].</summary>
    /// <exception cref="GraphException"><paramref name="p"/> is no probability, or the input has another number of axes.</exception>
    public static Tensor Dropout2d(Tensor input, double p = 0.5) => DropChannels("dropout2d", input, p, 2);

    /// <summary>As <see cref="Dropout1d"/>, for [N, C, D, H, W].</summary>
    /// <exception cref="GraphException"><paramref name="p"/> is no probability, or the input has another number of axes.</exception>
    public static Tensor Dropout3d(Tensor input, double p = 0.5) => DropChannels("dropout3d", input, p, 3);

    /// <summary>
    /// Elements set to SELU's value at −∞ with probability <paramref name="p"/>, then all scaled and shifted so that mean 0 and
    /// variance 1 stay (Klambauer et al. 2017).
    /// </summary>
    /// <exception cref="GraphException"><paramref name="p"/> is no probability.</exception>
    public static Tensor AlphaDropout(Tensor input, double p = 0.5)
    {
        CheckProbability("alphaDropout", p);
        // λ·α of SELU, with the sign taken out.
        const double alpha = 1.7580993408473766;
        if (p == 0 || Trace.Current is not { IsTraining: true } trace) return input;
        if (p == 1) return input * 0;
        var scale = 1 / Math.Sqrt((alpha * alpha * p + 1) * (1 - p));
        return Tensor.Where(trace.NextUniform(input.Shape) < p, -alpha, input) * scale + alpha * scale * p;
    }

    private static Tensor DropChannels(string name, Tensor input, double p, int spatialRank)
    {
        CheckProbability(name, p);
        if (input.Rank != spatialRank + 2)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{name} takes {SpatialAxes.Layout(spatialRank, "C")}, got {input.Node.Type}.");
        if (p == 0 || Trace.Current is not { IsTraining: true } trace) return input;
        if (p == 1) return input * 0;
        var channels = trace.NextUniform(Shape.Of(input.Shape.Select((extent, axis) => axis < 2 ? extent : 1)));
        return Tensor.Where(channels < p, 0, input * (1 / (1 - p)));
    }

    private static void CheckProbability(string name, double p)
    {
        if (p is not (>= 0 and <= 1))
            throw new GraphException(ErrorCode.BadAttribute, $"{name} takes a probability in 0..1, got {p}.");
    }
}
