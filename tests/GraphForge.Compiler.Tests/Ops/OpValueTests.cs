using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>Values worked out by hand, above all where conventions differ between libraries.</summary>
public sealed class OpValueTests
{
    private const double NaN = double.NaN;
    private const double Infinity = double.PositiveInfinity;

    private static IEnumerable<TestCaseData> Values()
    {
        yield return Row("sign of NaN is 0", Vector(-2, 0, 3, NaN).Sign(), -1, 0, 1, 0);
        yield return Row("round goes to even", Vector(0.5, 1.5, -0.5, 2.5, 2.4).Round(), 0, 2, 0, 2, 2);
        yield return Row("floor", Vector(1.5, -1.5).Floor(), 1, -2);
        yield return Row("ceiling", Vector(1.5, -1.5).Ceiling(), 2, -1);
        yield return Row("remainder has the divisor's sign", Vector(7, -7, 7, -7) % Vector(3, 3, -3, -3), 1, 2, -2, -1);
        yield return Row("power", Vector(2, 0, -2, 4).Power(Vector(3, 0, 2, 0.5)), 8, 1, 4, 2);
        yield return Row("extremes propagate NaN", Vector(1, NaN, 2).Maximum(Vector(NaN, 1, 3)), NaN, NaN, 3);
        yield return Row("reduced extremes propagate NaN", Vector(1, NaN, 2).Min(), NaN);
        yield return Row("argmaximum takes the first NaN", Vector(1, NaN, 3, NaN).ArgMax(0), 1);
        yield return Row("argminimum takes the first of ties", Vector(2, 1, 1).ArgMin(0), 1);
        yield return Row("comparisons with NaN are false", Vector(NaN).LessOrEqual(Vector(NaN)), 0);
        yield return Row("NaN is not equal to itself", Vector(NaN).NotEqualTo(Vector(NaN)), 1);
        yield return Row("sum of nothing", Vector().Sum(), 0);
        yield return Row("product of nothing", Vector().Prod(), 1);
        yield return Row("relu", Vector(-1, 0, 2, NaN).Relu(), 0, 0, 2, NaN);
        yield return Row("gather clamps", Vector(5, 6, 7).Gather(0, Whole(-4, 1, 9)), 5, 6, 7);
        yield return Row("scatter drops what lies outside", Vector(1, 2, 4, 8).ScatterAdd(0, Whole(0, -1, 0, 3), 3), 5, 0, 0);
        yield return Row("cast truncates", Vector(1.9, -1.9).Cast(DType.Int32), 1, -1);
        yield return Row("cast to bool", Vector(0, 0.1, NaN).Cast(DType.Bool), 0, 1, 1);
        yield return Row("slice with step", Vector(0, 1, 2, 3, 4, 5).Slice(0, 1, 3, 2), 1, 3, 5);
        yield return Row("pad", Vector(1, 2).Pad(0, 1, 2, 9), 9, 1, 2, 9, 9);
        yield return Row("flip", Vector(1, 2, 3).Flip(0), 3, 2, 1);
        yield return Row("concat", Nodes.Concat([Vector(1), Vector(), Vector(2, 3)], 0), 1, 2, 3);
        yield return Row("broadcast", (Vector(1, 2).Reshape([2, 1]) + Vector(10, 20)).Reshape([4]), 11, 21, 12, 22);
        yield return Row("softmax of large values", Vector(1000, 1000).Softmax(0), 0.5, 0.5);
        yield return Row("log softmax of large values", Vector(-1000, 0).LogSoftmax(0), -1000, 0);
        yield return Row("sigmoid of large values", Vector(-1000, 0, 1000).Sigmoid(), 0, 0.5, 1);
        yield return Row("log at 0", Vector(0).Log(), -Infinity);
        yield return Row("matmul", Nodes.MatMul(Vector(1, 2, 3, 4).Reshape([2, 2]), Vector(10, 1)), 12, 34);
        yield return Row("integer division truncates, and by 0 is 0", Whole(7, -7, 7, long.MinValue) / Whole(2, 2, 0, -1), 3, -3, 0, long.MinValue);
        yield return Row("integer remainder by 0 is 0", Whole(7, -7, 7) % Whole(4, 4, 0), 3, 1, 0);
        yield return Row("integers wrap", Nodes.Scalar(255, DType.UInt8) + Nodes.Scalar(2, DType.UInt8), 1);
        // erf to 16 digits from Abramowitz and Stegun, table 7.1, and symmetry.
        yield return Row("erf", Vector(0, 0.5, 1, -2, 3.5, 7).Erf(), 0, 0.5204998778130465, 0.8427007929497149, -0.9953222650189527, 0.9999992569016276, 1);
    }

    [TestCaseSource(nameof(Values))]
    public void Values_are_as_documented(Node node, double[] expected) => AssertValues(node, expected);

    private static Node Vector(params double[] values) => Nodes.Constant(Literal.Of<double>(values, values.Length));

    private static Node Whole(params long[] values) => Nodes.Constant(Literal.Of<long>(values, values.Length));

    private static TestCaseData Row(string name, Node node, params double[] expected) =>
        new TestCaseData(node, expected).SetArgDisplayNames(name);

    private static void AssertValues(Node node, double[] expected)
    {
        var actual = ReferenceEvaluator.Evaluate(node);
        Assert.That(actual.Count, Is.EqualTo(expected.Length));
        for (var i = 0; i < expected.Length; i++)
            Assert.That(actual[i].AsDouble, Is.EqualTo(expected[i]).Within(double.IsFinite(expected[i]) ? 1e-15 * Math.Max(1, Math.Abs(expected[i])) : 0));
    }
}
