using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Compiled;

/// <summary>Compares tensors: integers and bools exactly, floats within a bound relative to the largest element, or to 0.1 where all are smaller (they cancel), NaN equal to NaN.</summary>
public static class Closeness
{
    public static void AssertClose(Literal actual, Literal expected, double tolerance, string what)
    {
        Assert.That(actual.Type, Is.EqualTo(expected.Type), what);
        var scale = Enumerable.Range(0, expected.Count).Select(i => Math.Abs(expected[i].AsDouble)).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        for (var i = 0; i < expected.Count; i++)
        {
            var (a, e) = (actual[i], expected[i]);
            if (!expected.Type.DType.IsFloat()) Assert.That(a.AsInt64, Is.EqualTo(e.AsInt64), $"{what}: element {i}");
            else if (!a.AsDouble.Equals(e.AsDouble))
                Assert.That(Math.Abs(a.AsDouble - e.AsDouble), Is.LessThanOrEqualTo(tolerance * Math.Max(scale, 0.1)),
                    $"{what}: element {i} is {a}, expected {e}");
        }
    }

    /// <summary>
    /// Rounding error expected of short chains of operations. Where float32 arithmetic is rounded to 16 bits, a last digit of
    /// float32 may decide between neighbours, which differ by 2⁻¹⁰ or 2⁻⁷ of their size.
    /// </summary>
    public static double Tolerance(DType type) => type switch
    {
        DType.Float64 => 1e-12,
        DType.Float16 => 2e-3,
        DType.BFloat16 => 1.6e-2,
        _ => 4e-6,
    };
}
