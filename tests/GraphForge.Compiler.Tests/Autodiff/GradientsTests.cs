using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Autodiff;

/// <summary>Derivatives worked out by hand where a function has none or several, and the walk over the DAG.</summary>
public sealed class GradientsTests
{
    private const double NaN = double.NaN;

    private static IEnumerable<TestCaseData> Derivatives()
    {
        yield return Gradient("absolute at 0", x => x.Absolute(), [-2, 0, 3], [-1, 0, 1]);
        yield return Gradient("relu at 0", x => x.Relu(), [-2, 0, 3], [0, 0, 1]);
        yield return Gradient("maximum shares ties", x => x.Maximum(1), [0, 1, 2], [0, 0.5, 1]);
        yield return Gradient("minimum shares ties", x => x.Minimum(1), [0, 1, 2], [1, 0.5, 0]);
        yield return Gradient("maximum of NaN", x => x.Maximum(1), [NaN], [1]);
        yield return Gradient("reduced maximum shares ties", x => x.Max(), [3, 1, 3, 2], [0.5, 0, 0.5, 0]);
        yield return Gradient("product with one zero", x => x.Prod(), [2, 0, 3], [0, 6, 0]);
        yield return Gradient("product with two zeros", x => x.Prod(), [2, 0, 0], [0, 0, 0]);
        yield return Gradient("power at 0", x => x.Power(2), [0, -3], [0, -6]);
        yield return Gradient("power 0 at 0", x => x.Power(0), [0, 2], [0, 0]);
        yield return Gradient("exponent at base 0", x => Vector(0, 0, 2).Power(x), [0, 2, 3], [0, 0, 8 * Math.Log(2)]);
        yield return Gradient("floor", x => x.Floor(), [1.5], [0]);
        yield return Gradient("sigmoid far out", x => x.Sigmoid(), [-1000, 1000], [0, 0]);
        yield return Gradient("stop gradient", x => x * x.StopGradient(), [3], [3]);
        yield return Gradient("remainder", x => x % 3, [7.5, -7.5], [1, 1]);
        yield return Gradient("gather of a repeated index", x => x.Gather(0, Whole(1, 1)), [5, 6, 7], [0, 2, 0]);
        yield return Gradient("unused", x => Vector(1), [1, 2], [0, 0]);
    }

    [TestCaseSource(nameof(Derivatives))]
    public void Derivatives_follow_PyTorch(Func<Node, Node> function, double[] point, double[] expected)
    {
        var x = Vector(point);
        AssertValues(Gradients.Of(function(x).Sum(), [x])[0], expected);
    }

    [Test]
    public void Product_has_right_mixed_derivatives_at_zeros()
    {
        var x = Vector(0, 0, 5);
        var first = Gradients.Of(x.Prod(), [x])[0];
        AssertValues(Gradients.Of(first.Slice(0, 0, 1).Sum(), [x])[0], [0, 5, 0]);
    }

    [Test]
    public void Gradients_of_many_uses_are_summed()
    {
        var x = Vector(3);
        var y = x * x + x + x.Sum();
        AssertValues(Gradients.Of(y.Sum(), [x])[0], [8]);
    }

    [Test]
    public void Gradients_reach_targets_on_the_way_to_other_targets()
    {
        var x = Vector(3);
        var y = x.Square();
        var gradients = Gradients.Of(y.Square().Sum(), [y, x]);
        AssertValues(gradients[0], [18]);
        AssertValues(gradients[1], [108]);
    }

    [Test]
    public void A_chain_of_many_nodes_is_differentiated_without_recursion()
    {
        var x = Nodes.Input("deep", DType.Float64, [1]);
        var y = x;
        for (var i = 0; i < 20_000; i++) y = y.Sin();
        Assert.That(Gradients.Of(y.Sum(), [x])[0].Depth, Is.GreaterThan(20_000));
    }

    private static Node Vector(params double[] values) => Nodes.Constant(Literal.Of<double>(values, values.Length));

    private static Node Whole(params long[] values) => Nodes.Constant(Literal.Of<long>(values, values.Length));

    private static TestCaseData Gradient(string name, Func<Node, Node> function, double[] point, double[] expected) =>
        new TestCaseData(function, point, expected).SetArgDisplayNames(name);

    private static void AssertValues(Node node, double[] expected)
    {
        var actual = ReferenceEvaluator.Evaluate(node);
        Assert.That(actual.Count, Is.EqualTo(expected.Length));
        for (var i = 0; i < expected.Length; i++)
            Assert.That(actual[i].AsDouble, Is.EqualTo(expected[i]).Within(double.IsFinite(expected[i]) ? 1e-15 * Math.Max(1, Math.Abs(expected[i])) : 0));
    }
}
