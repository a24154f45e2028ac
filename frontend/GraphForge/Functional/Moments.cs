using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <summary>Mean and variance of a tensor, in a shape that broadcasts over it; of a tensor of 16 bits, float32.</summary>
internal readonly record struct Moments(Tensor Mean, Tensor Variance)
{
    /// <summary>Over some axes, which stay with extent 1; the variance is the biased one.</summary>
    public static Moments Of(Tensor input, IReadOnlyList<int> axes)
    {
        input = input.Widened();
        var mean = input.Mean(axes, keepDim: true);
        return new(mean, (input - mean).Square().Mean(axes, keepDim: true));
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
        var mean = input.Sum(axes, keepDim: true) / divisor;
        return new(mean, (input - mean).Square().Sum(axes, keepDim: true) / divisor);
    }

    /// <summary>Number of values in one channel of [N, C, …].</summary>
    public static Dim ValuesPerChannel(Tensor input) => input.Shape.Where((_, axis) => axis != 1).Aggregate((Dim)1, (a, b) => a * b);

    /// <summary>(input − mean) / √(variance + eps), not yet rounded to 16 bits.</summary>
    public Tensor Normalise(Tensor input, double eps) => (input.Widened() - Mean) / (Variance + eps).Sqrt();

    /// <summary>The unbiased variance of the distribution that <paramref name="count"/> values were drawn from.</summary>
    public Tensor UnbiasedVariance(Dim count)
    {
        var values = Tensor.SizeOf(count).To(Variance.DType);
        return Variance * (values / (values - 1));
    }
}
