using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Reference;

/// <summary>Whether a result is as good as PyTorch's.</summary>
public static class Accuracy
{
    private const double Factor = 4;

    /// <summary>
    /// Integers must be equal, and where PyTorch's float32 result is infinite or NaN, so must be ours. Other elements may differ
    /// from the float64 truth by four times PyTorch's greatest error, or by four units in the last place of the greatest element
    /// (by one in floats of 16 bits, whose results are rounded from float32).
    /// </summary>
    public static void AssertWithin(Literal actual, RecordedTensor expected, string what)
    {
        Assert.That(actual.Type, Is.EqualTo(expected.TensorType), what);
        var bound = expected.Truth is null ? 0 : Bound(expected);
        for (var i = 0; i < actual.Count; i++)
        {
            var truth = double.IsFinite(expected.Values[i]) ? expected.Truth?[i] ?? expected.Values[i] : expected.Values[i];
            var value = actual[i].AsDouble;
            if (!value.Equals(truth) && !(Math.Abs(value - truth) <= bound))
                Assert.Fail(
                    $"{what}: element {i} is {value}, in float64 {truth}, by PyTorch {expected.Values[i]}; bound {bound:g3}.");
        }
    }

    private static double Bound(RecordedTensor expected)
    {
        var finite = Enumerable.Range(0, expected.Values.Length).Where(i => double.IsFinite(expected.Values[i])).ToArray();
        var error = finite.Select(i => Math.Abs(expected.Values[i] - expected.Truth![i])).DefaultIfEmpty(0).Max();
        var largest = finite.Select(i => Math.Abs(expected.Truth![i])).DefaultIfEmpty(0).Max();
        return Math.Max(Factor * error, Roundings(expected.TensorType.DType) * largest);
    }

    private static double Roundings(DType type) => type switch
    {
        DType.Float16 => 1.0 / (1 << 10),
        DType.BFloat16 => 1.0 / (1 << 7),
        _ => 4.0 / (1 << 23),
    };
}
