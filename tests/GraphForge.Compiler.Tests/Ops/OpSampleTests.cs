using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

public sealed class OpSampleTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    private static IEnumerable<OpSample> Samples => OpSamples.All;

    private static IEnumerable<OpSample> WithGradient => OpSamples.All.Where(s => s.HasGradient);

    [Test]
    public void Names_are_unique() => Assert.That(OpSamples.All.Select(s => s.Name), Is.Unique);

    [Test]
    public void Every_op_that_computes_has_a_sample()
    {
        var used = OpSamples.All.SelectMany(s => s.Graph(DType.Float32).TopologicalOrder()).Select(n => n.Op.GetType());
        var computing = OpSet.All.Where(t => !t.IsAssignableTo(typeof(Leaf)));
        Assert.That(computing.Except(used), Is.Empty);
    }

    // The interpreter rounds after every scalar function, the reference once, so sums of products differ by a few roundings.
    [Test]
    public void Lowered_elements_equal_the_reference(
        [ValueSource(nameof(Samples))] OpSample sample, [Values(DType.Float32, DType.Float64, DType.Float16, DType.BFloat16)] DType floatType)
    {
        foreach (var node in sample.Graph(floatType).TopologicalOrder().Where(n => n.Op is not Leaf and not SiblingOp))
        {
            var operands = Operands(node, sample, floatType);
            var expected = node.Op.Evaluate(node, operands);
            Assert.That(expected.Type, Is.EqualTo(node.Type));
            var tolerance = node.Type.DType switch
            {
                DType.Float64 => 1e-12,
                DType.Float16 => 1.0 / (1 << 10),
                DType.BFloat16 => 1.0 / (1 << 7),
                _ => 1e-6,
            };
            AssertClose(Lowering.Interpret(node, operands), expected, tolerance, node.ToString());
        }
    }

    [TestCaseSource(nameof(Samples))]
    public void Graphs_pass_the_verifier(OpSample sample) =>
        Assert.That(() => GraphVerifier.Verify(sample.Graph(DType.Float64), "test"), Throws.Nothing);

    [TestCaseSource(nameof(WithGradient))]
    public void Gradients_agree_with_finite_differences(OpSample sample)
    {
        var inputs = sample.Inputs(DType.Float64);
        AssertGradient(Weighted([sample.Build(inputs)]), inputs, sample);
    }

    [TestCaseSource(nameof(WithGradient))]
    public void Second_gradients_agree_with_finite_differences_of_the_first(OpSample sample)
    {
        var inputs = sample.Inputs(DType.Float64);
        var targets = inputs.Where(i => i.Type.DType.IsFloat()).ToArray();
        if (targets.Length == 0 || !sample.Build(inputs).Type.DType.IsFloat()) return;
        AssertGradient(Weighted(Gradients.Of(Weighted([sample.Build(inputs)]), targets)), inputs, sample);
    }

    /// <summary>A scalar that depends on every element of <paramref name="nodes"/>, each with another weight.</summary>
    private static Node Weighted(IReadOnlyList<Node> nodes)
    {
        var sum = Nodes.Scalar(0, DType.Float64);
        foreach (var node in nodes.Where(n => n.Type.DType.IsFloat()))
        {
            var weights = Nodes.Iota(node.Shape.Size, DType.Float64).Reshape(node.Shape).Sin() + 1.5;
            sum += (node.Cast(DType.Float64) * weights).Sum();
        }
        return sum;
    }

    private static void AssertGradient(Node loss, Node[] inputs, OpSample sample)
    {
        var values = sample.Values(DType.Float64);
        var targets = inputs.Where(i => i.Type.DType.IsFloat()).ToArray();
        var gradients = Gradients.Of(loss, targets);
        var lossGraph = new ComputationGraph("loss", [new NamedOutput("loss", loss)], []);
        for (var t = 0; t < targets.Length; t++)
        {
            var gradientGraph = new ComputationGraph("gradient", [new NamedOutput("gradient", gradients[t])], []);
            var actual = ReferenceEvaluator.Evaluate(gradientGraph, values, NoStates).Outputs["gradient"];
            Assert.That(actual.Type, Is.EqualTo(targets[t].Type));
            var label = ((Input)targets[t].Op).Label;
            AssertClose(actual, CentralDifferences(lossGraph, values, label), 1e-6, $"∂/∂{label}");
        }
    }

    private static Literal CentralDifferences(ComputationGraph loss, Dictionary<string, Literal> values, string label)
    {
        const double step = 1e-5;
        var point = values[label];
        var result = new Literal(point.Type);
        for (var i = 0; i < point.Count; i++)
            result[i] = Scalar.Of(DType.Float64, (At(step, i) - At(-step, i)) / (2 * step));
        return result;

        double At(double shift, int i)
        {
            var moved = new Literal(point.Type);
            point.AsSpan<double>().CopyTo(moved.AsSpan<double>());
            moved.AsSpan<double>()[i] += shift;
            var shifted = new Dictionary<string, Literal>(values) { [label] = moved };
            return ReferenceEvaluator.Evaluate(loss, shifted, NoStates).Outputs["loss"][0].AsDouble;
        }
    }

    private static Literal[] Operands(Node node, OpSample sample, DType floatType) => node.Inputs.ToArray().Select(input =>
    {
        var graph = new ComputationGraph("operand", [new NamedOutput("value", input)], []);
        return ReferenceEvaluator.Evaluate(graph, sample.Values(floatType), NoStates).Outputs["value"];
    }).ToArray();

    private static void AssertClose(Literal actual, Literal expected, double tolerance, string what)
    {
        Assert.That(actual.Type, Is.EqualTo(expected.Type), what);
        for (var i = 0; i < expected.Count; i++)
        {
            var value = expected[i].AsDouble;
            var allowed = expected.Type.DType.IsFloat() && double.IsFinite(value) ? tolerance * Math.Max(1, Math.Abs(value)) : 0;
            Assert.That(actual[i].AsDouble, Is.EqualTo(value).Within(allowed), $"{what}, element {i}");
        }
    }
}
