using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>
/// Running reductions: element i along <c>dim</c> combines elements 0..i, or i..last in reverse. Each is a scan whose steps one
/// kernel takes. A scalar is its own running reduction.
/// </content>
public sealed partial class Tensor
{
    /// <summary>Running sums; integers and bool sum as int64.</summary>
    public Tensor CumSum(int dim, bool reverse = false) => Cumulative("cumsum", Summable, dim, 0, (sum, x) => sum + x, reverse);

    /// <summary>Running products; integers and bool multiply as int64.</summary>
    public Tensor CumProd(int dim, bool reverse = false) => Cumulative("cumprod", Summable, dim, 1, (product, x) => product * x, reverse);

    /// <summary>Running maxima and where they stand (int64), the last of equals; NaN counts as largest.</summary>
    public (Tensor Values, Tensor Indices) CumMax(int dim, bool reverse = false) =>
        CumulativeExtreme("cummax", dim, (x, best) => x >= best, reverse);

    /// <summary>Running minima and where they stand (int64), the last of equals; NaN counts as smallest.</summary>
    public (Tensor Values, Tensor Indices) CumMin(int dim, bool reverse = false) =>
        CumulativeExtreme("cummin", dim, (x, best) => x <= best, reverse);

    /// <summary>Logarithms of the running sums of e^x, which never overflow.</summary>
    public Tensor LogCumSumExp(int dim, bool reverse = false)
    {
        var x = new Tensor(Float());
        if (Rank == 0) return x;
        // Sums relative to the largest element so far. It cancels in the result, so no gradient flows through it.
        var steps = x.Transpose(0, Axis("logcumsumexp", dim));
        var first = Full(Shape.Of(steps.Shape.Skip(1)), Lowest(x.DType), x.DType);
        var (_, logarithms) = Functional.Scan([first, first * 0], [steps], (before, elements) =>
        {
            var (maximum, element) = (before[0], elements[0]);
            var next = maximum.Maximum(element).Detach();
            var sum = before[1] * (maximum - next).Exp() + (element - next).Exp();
            return ([next, sum], [next + sum.Log()]);
        }, reverse);
        return logarithms[0].Transpose(0, Axis("logcumsumexp", dim));
    }

    private static Tensor Cumulative(
        string function, Tensor input, int dim, double initial, Func<Tensor, Tensor, Tensor> combine, bool reverse)
    {
        if (input.Rank == 0) return input;
        var axis = input.Axis(function, dim);
        var steps = input.Transpose(0, axis);
        var (_, results) = Functional.Scan(Full(Shape.Of(steps.Shape.Skip(1)), initial, input.DType), steps, (before, element) =>
        {
            var next = combine(before, element);
            return (next, next);
        }, reverse);
        return results.Transpose(0, axis);
    }

    private (Tensor Values, Tensor Indices) CumulativeExtreme(string function, int dim, Func<Tensor, Tensor, Tensor> isBetter, bool reverse)
    {
        if (Rank == 0) return (this, Zeros([], DType.Int64));
        var axis = Axis(function, dim);
        var steps = Transpose(0, axis);
        // Any element of the tensor serves as the first value, since the first step replaces it.
        var (none, rest) = (Full(Shape.Of(steps.Shape.Skip(1)), -1, DType.Int64), Shape.Of(steps.Shape.Skip(1)));
        var (_, results) = Functional.Scan([Zeros(rest, DType), none], [steps, Arange(steps.Shape[0])], (before, elements) =>
        {
            var (element, best) = (elements[0], before[0]);
            var takes = (before[1] < 0) | isBetter(element, best);
            if (DType.IsFloat()) takes |= element.Ne(element);
            var (value, index) = (Where(takes, element, best), Where(takes, elements[1], before[1]));
            return ([value, index], [value, index]);
        }, reverse);
        return (results[0].Transpose(0, axis), results[1].Transpose(0, axis));
    }

    private static double Lowest(DType type) => type switch
    {
        DType.Float16 => -65504,
        DType.Float64 => double.MinValue,
        _ => float.MinValue,
    };
}
