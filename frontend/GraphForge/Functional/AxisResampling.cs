using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <summary>One axis at another resolution: each new element is a sum of elements times weights, as many for each.</summary>
/// <param name="Indices">For each summand, which element it takes at each new position.</param>
/// <param name="Weights">For each summand, its weight at each new position; null where there is one summand of weight 1.</param>
internal sealed record AxisResampling(int[][] Indices, double[][]? Weights)
{
    /// <summary>What bends the cubic; PyTorch's choice.</summary>
    private const double CubicParameter = -0.75;

    /// <param name="mode">How values between elements are found.</param>
    /// <param name="from">Number of elements.</param>
    /// <param name="to">Number of new elements.</param>
    /// <param name="factor">The scale factor the user gave, which then decides the positions; null for to/from.</param>
    /// <param name="alignCorners">Whether the middles of the first and last elements stay where they are, and not their edges.</param>
    public static AxisResampling Of(InterpolationMode mode, int from, int to, double? factor, bool alignCorners)
    {
        if (mode is InterpolationMode.Nearest or InterpolationMode.NearestExact)
            return Nearest(from, to, factor, mode == InterpolationMode.NearestExact);
        var step = alignCorners ? to > 1 ? (from - 1.0) / (to - 1) : 0 : factor is { } given ? 1 / given : (double)from / to;
        var positions = Enumerable.Range(0, to).Select(i => alignCorners ? i * step : (i + 0.5) * step - 0.5);
        return mode == InterpolationMode.Bicubic ? Cubic(from, [.. positions]) : Linear(from, [.. positions.Select(p => Math.Max(0, p))]);
    }

    /// <summary>The tensor with <paramref name="axis"/> at the new resolution.</summary>
    public Tensor Apply(Tensor input, int axis)
    {
        if (Weights is null) return Pick(input, axis, Indices[0]);
        Tensor? sum = null;
        for (var i = 0; i < Indices.Length; i++)
        {
            var weights = Tensor.Constant<double>(Weights[i], Weights[i].Length).To(input.DType);
            var term = Pick(input, axis, Indices[i]) * weights.Reshape([-1, .. Enumerable.Repeat((Dim)1, input.Rank - 1 - axis)]);
            sum = sum is null ? term : sum + term;
        }
        return sum!;
    }

    /// <summary>Elements at given positions; whole steps up or down need no gather, and no scatter in the gradient.</summary>
    private static Tensor Pick(Tensor input, int axis, int[] indices)
    {
        var extent = (int)input.Shape[axis].Value;
        var (up, down) = (indices.Length / extent, extent / indices.Length);
        if (indices.Length == up * extent && indices.Index().All(p => p.Item == p.Index / up)) return input.RepeatInterleave(up, axis);
        if (extent == down * indices.Length && indices.Index().All(p => p.Item == p.Index * down))
            return new(input.Node.Slice(axis, 0, indices.Length, down));
        return input.IndexSelect(axis, Tensor.Constant<int>(indices, indices.Length));
    }

    // PyTorch computes these positions in float32 whatever the tensor's type, and the floor depends on it.
    private static AxisResampling Nearest(int from, int to, double? factor, bool exact)
    {
        var step = factor is { } given ? (float)(1 / given) : (float)from / to;
        var positions = Enumerable.Range(0, to).Select(i => exact ? (i + 0.5f) * step : i * step);
        return new([[.. positions.Select(p => Math.Min(from - 1, (int)MathF.Floor(p)))]], null);
    }

    private static AxisResampling Linear(int from, double[] positions)
    {
        int[] below = [.. positions.Select(p => Math.Min(from - 1, (int)p))];
        int[] above = [.. below.Select(i => Math.Min(from - 1, i + 1))];
        double[] share = [.. positions.Zip(below, (p, i) => Math.Min(1, p - i))];
        return new([below, above], [[.. share.Select(s => 1 - s)], share]);
    }

    private static AxisResampling Cubic(int from, double[] positions)
    {
        int[] below = [.. positions.Select(p => (int)Math.Floor(p))];
        double[] share = [.. positions.Zip(below, (p, i) => p - i)];
        return new(
            [.. Enumerable.Range(-1, 4).Select(tap => below.Select(i => Math.Clamp(i + tap, 0, from - 1)).ToArray())],
            [.. Enumerable.Range(-1, 4).Select(tap => share.Select(s => CubicWeight(Math.Abs(s - tap))).ToArray())]);
    }

    /// <summary>Keys' cubic convolution kernel at a distance within 0..2.</summary>
    private static double CubicWeight(double distance)
    {
        const double a = CubicParameter;
        return distance <= 1
            ? ((a + 2) * distance - (a + 3)) * distance * distance + 1
            : ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
    }
}
