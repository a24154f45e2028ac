using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Tool.Verification;

/// <summary>
/// How far two values may lie apart: the tolerance times the larger of the expected value and the root mean square of the expected
/// tensor, so that what cancels to nearly nothing among larger values is no difference. Integers and bools are to be equal; NaN equals
/// NaN, and an infinity itself alone.
/// </summary>
/// <param name="Override">For all float types; null for a default by type.</param>
internal sealed record Tolerance(double? Override)
{
    /// <summary>Some thousand roundings of a type, or what a sum of some thousand terms loses in another order.</summary>
    private static double DefaultOf(DType type) => type switch
    {
        DType.Float64 => 1e-9,
        DType.Float32 => 1e-4,
        DType.Float16 => 1e-2,
        DType.BFloat16 => 4e-2,
        _ => 0,
    };

    public double Of(DType type) => type.IsFloat() ? Override ?? DefaultOf(type) : 0;

    /// <summary>Compares two tensors of one type.</summary>
    /// <param name="name">What they are.</param>
    /// <param name="expected">By the reference.</param>
    /// <param name="actual">By kernels.</param>
    public Comparison Compare(string name, Literal expected, Literal actual)
    {
        var (relative, scale) = (Of(expected.Type.DType), Scale(expected));
        var (largest, wrong, first) = (0.0, 0, -1);
        for (var i = 0; i < expected.Count; i++)
        {
            var difference = Difference(expected[i], actual[i]) is var apart && apart == 0 ? 0 : apart / Math.Max(Math.Abs(expected[i].AsDouble), scale);
            largest = Math.Max(largest, double.IsNaN(difference) ? double.PositiveInfinity : difference);
            if (difference <= relative) continue;
            wrong++;
            if (first < 0) first = i;
        }
        return new Comparison(name, expected, actual, relative, largest, wrong, first);
    }

    private static double Scale(Literal expected)
    {
        if (!expected.Type.DType.IsFloat()) return 1;
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < expected.Count; i++)
        {
            if (!double.IsFinite(expected[i].AsDouble)) continue;
            sum += expected[i].AsDouble * expected[i].AsDouble;
            count++;
        }
        return count == 0 ? 0 : Math.Sqrt(sum / count);
    }

    /// <summary>0 where they are equal, ∞ where one is not finite or a type is exact.</summary>
    private static double Difference(Scalar expected, Scalar actual)
    {
        if (!expected.DType.IsFloat()) return expected == actual ? 0 : double.PositiveInfinity;
        var (x, y) = (expected.AsDouble, actual.AsDouble);
        if (x.Equals(y) || x == y) return 0;
        return double.IsFinite(x) && double.IsFinite(y) ? Math.Abs(x - y) : double.PositiveInfinity;
    }
}
