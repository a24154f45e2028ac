using GraphForge.Runtime;

namespace GraphForge.Tracing;

/// <summary>Functions of all gradients of a step together.</summary>
internal static class GradientNorms
{
    /// <summary>The norm of all elements of all gradients, as if they were one vector.</summary>
    /// <param name="gradients">At least one.</param>
    /// <param name="order">The p of the p-norm; infinity for the largest element.</param>
    public static Tensor Total(IReadOnlyList<Tensor> gradients, double order)
    {
        var filled = gradients.Where(g => g.Shape.Size.Value > 0).ToArray();
        if (filled.Length == 0) return Tensor.Zeros([], gradients[0].DType);
        if (double.IsInfinity(order)) return filled.Select(g => g.Abs().Max()).Aggregate((a, b) => a.Maximum(b));
        var sum = filled.Select(g => Power(g, order).Sum()).Aggregate((a, b) => a + b);
        return order switch { 1 => sum, 2 => sum.Sqrt(), _ => sum.Pow(1 / order) };
    }

    /// <summary>All gradients shrunk by one factor where their <paramref name="norm"/> exceeds the limit.</summary>
    public static Tensor[] Limited(IReadOnlyList<Tensor> gradients, Tensor norm, double maxNorm)
    {
        var factor = (maxNorm / (norm + 1e-6)).Clamp(max: 1);
        return [.. gradients.Select(g => g * factor.To(g.DType))];
    }

    /// <summary>How many elements are infinite or no number; a float, whose lanes are those of the gradient.</summary>
    public static Tensor CountNonFinite(Tensor gradient)
    {
        var largest = gradient.DType == DType.Float64 ? double.MaxValue : float.MaxValue;
        return Tensor.Where(gradient.Abs() <= largest, Tensor.Zeros(gradient.Shape, gradient.DType), 1).Sum();
    }

    private static Tensor Power(Tensor gradient, double order) => order switch
    {
        1 => gradient.Abs(),
        2 => gradient * gradient,
        _ => gradient.Abs().Pow(order),
    };
}
