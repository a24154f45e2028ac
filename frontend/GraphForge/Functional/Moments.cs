using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <summary>Mean and variance of a tensor, in a shape that broadcasts over it; of a tensor of 16 bits, float32.</summary>
internal readonly record struct Moments(Tensor Mean, Tensor Variance)
{
    /// <summary>The input less its mean, where these are moments of it.</summary>
    private Tensor? Centred { get; init; }

    /// <summary>Over some axes, which stay with extent 1; the variance is the biased one.</summary>
    public static Moments Of(Tensor input, IReadOnlyList<int> axes)
    {
        input = input.Widened();
        return About(input, input.Mean(axes, keepDim: true), x => x.Mean(axes, keepDim: true));
    }

    /// <summary>
    /// Moments about a rounded mean, with what rounding it lost put back: of values near 100 the mean has too few digits to be
    /// subtracted from them. No derivative depends on the point they are taken about.
    /// </summary>
    private static Moments About(Tensor input, Tensor point, Func<Tensor, Tensor> mean)
    {
        point = point.Detach();
        var near = input - point;
        var rest = mean(near);
        var variance = (mean(near.Square()) - rest.Square()).Maximum(0.0);
        return new(point + rest, variance) { Centred = near - rest };
    }

    /// <summary>Of each channel of [N, C, …] over all other axes.</summary>
    /// <param name="input">[N, C, …], with more than one value a channel.</param>
    /// <param name="name">What normalises, for the error where there is one value a channel.</param>
    /// <param name="source">The line that error points at.</param>
    /// <exception cref="GraphException">There is one value a channel; where the batch is symbolic, only once it is bound.</exception>
    public static Moments OfChannels(Tensor input, string name, SourceLocation source)
    {
        var count = ValuesPerChannel(input);
        var rule = new ExtentRule(2, $"{name} needs more than 1 value per channel while training but was given {input.Shape}; " +
            "use larger batches, and leave out a last one of a single sample.", source);
        rule.Check(count);
        int[] axes = [0, .. SpatialAxes.Of(input)];
        input = input.Widened();
        var divisor = new Tensor(Nodes.DimSize(count, rule)).To(input.DType);
        return About(input, input.Sum(axes, keepDim: true) / divisor, x => x.Sum(axes, keepDim: true) / divisor);
    }

    /// <summary>Number of values in one channel of [N, C, …].</summary>
    public static Dim ValuesPerChannel(Tensor input) => input.Shape.Where((_, axis) => axis != 1).Aggregate((Dim)1, (a, b) => a * b);

    /// <summary>(input − mean) / √(variance + eps), multiplied by a weight if there is one, not yet rounded to 16 bits.</summary>
    public Tensor Normalise(Tensor input, double eps, Tensor? weight = null)
    {
        if (Centred is not null)
        {
            var normal = Centred / (Variance + eps).Sqrt();
            return weight is null ? normal : normal * weight;
        }
        // Moments that are given, and not of the input, make one factor a channel with the weight; the mean is no part of it,
        // as values far from 0 would lose digits.
        return (input.Widened() - Mean) * ((weight?.Widened() ?? 1.0) / (Variance.Widened() + eps).Sqrt());
    }

    /// <summary>The unbiased variance of the distribution that <paramref name="count"/> values were drawn from.</summary>
    public Tensor UnbiasedVariance(Dim count)
    {
        var values = Tensor.SizeOf(count).To(Variance.DType);
        return Variance * (values / (values - 1));
    }
}
