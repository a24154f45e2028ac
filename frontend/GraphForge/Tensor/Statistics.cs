using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Statistics and norms along axes. Negative dims count from the last; reduced axes vanish, or stay with extent 1 with keepDim.</content>
public sealed partial class Tensor
{
    /// <summary>log Σ e^x along <paramref name="dim"/>, which overflows only where the result does.</summary>
    public Tensor LogSumExp(int dim, bool keepDim = false) => LogSumExp([dim], keepDim);

    /// <inheritdoc cref="LogSumExp(int, bool)"/>
    public Tensor LogSumExp(IReadOnlyList<int> dim, bool keepDim = false)
    {
        var x = Floating();
        if (Extents("logSumExp", dim).Any(extent => extent.Is(0))) return x.Sum(dim, keepDim).Log();
        var largest = x.Max(dim, keepDim: true).Detach();
        var shift = Where(largest.IsInf(), 0, largest);
        var sum = (x - shift).Exp().Sum(dim, keepDim).Log();
        return sum + shift.Reshape([.. sum.Shape]);
    }

    /// <summary>Variance of all elements.</summary>
    public Tensor Var(bool unbiased = true) => Var([.. Enumerable.Range(0, Rank)], unbiased);

    public Tensor Var(int dim, bool unbiased = true, bool keepDim = false) => Var([dim], unbiased, keepDim);

    /// <summary>Mean squared distance from the mean, over n - 1 (Bessel's correction), or over n where not unbiased.</summary>
    public Tensor Var(IReadOnlyList<int> dim, bool unbiased = true, bool keepDim = false)
    {
        var squares = (this - Mean(dim, keepDim: true)).Square();
        if (!unbiased) return squares.Mean(dim, keepDim);
        var count = Extents("var", dim).Aggregate((Dim)1, (product, extent) => product * extent);
        Tensor divisor = count.IsBound ? Math.Max(0.0, count.Value - 1) : SizeOf(count - 1).To(DType);
        return squares.Sum(dim, keepDim) / divisor;
    }

    /// <summary>Standard deviation of all elements.</summary>
    public Tensor Std(bool unbiased = true) => Std([.. Enumerable.Range(0, Rank)], unbiased);

    public Tensor Std(int dim, bool unbiased = true, bool keepDim = false) => Std([dim], unbiased, keepDim);

    /// <summary>Root of the variance; its derivative is 0 where that is 0.</summary>
    public Tensor Std(IReadOnlyList<int> dim, bool unbiased = true, bool keepDim = false) =>
        Var(dim, unbiased, keepDim).RootOrZero(0.5);

    /// <summary>Norm of order <paramref name="p"/> of all elements.</summary>
    public Tensor Norm(double p = 2) => Norm(p, [.. Enumerable.Range(0, Rank)]);

    public Tensor Norm(double p, int dim, bool keepDim = false) => Norm(p, [dim], keepDim);

    /// <summary>
    /// (Σ|x|^p)^(1/p); the largest |x| for p = ∞, the smallest for -∞, the number of nonzeros for 0. Where all elements are 0,
    /// the derivative is 0.
    /// </summary>
    public Tensor Norm(double p, IReadOnlyList<int> dim, bool keepDim = false)
    {
        if (p == 2) return Floating().Square().Sum(dim, keepDim).RootOrZero(0.5);
        var magnitude = Floating().Abs();
        if (double.IsInfinity(p)) return p > 0 ? magnitude.Max(dim, keepDim) : magnitude.Min(dim, keepDim);
        if (p == 0) return magnitude.Ne(0).To(magnitude.DType).Sum(dim, keepDim);
        if (p == 1) return magnitude.Sum(dim, keepDim);
        return magnitude.RootOrZero(p).Sum(dim, keepDim).RootOrZero(1 / p);
    }

    /// <summary>x^exponent for x ≥ 0, with value and derivative 0 at 0 for exponents above 0, where the derivative may be ∞.</summary>
    private Tensor RootOrZero(double exponent)
    {
        if (exponent < 0) return Pow(exponent);
        var isZero = Eq(0);
        return Where(isZero, 0, Where(isZero, 1, this).Pow(exponent));
    }

    private IEnumerable<Dim> Extents(string function, IReadOnlyList<int> dim) => dim.Select(d => Shape[Axis(function, d)]);
}
