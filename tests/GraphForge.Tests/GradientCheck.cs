using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Derivatives of functions of float64 tensors against central differences.</summary>
internal static class GradientCheck
{
    private const double Step = 1e-5, Tolerance = 1e-6;

    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    /// <summary>Fails unless the first and second derivatives in every operand agree.</summary>
    /// <param name="function">Gives a float64 tensor.</param>
    /// <param name="point">float64 constants.</param>
    public static void AssertTwice(Func<Tensor[], Tensor> function, params Tensor[] point)
    {
        // Inputs and not the constants themselves: equal constants are one node.
        var inputs = point.Select((p, i) => Tensor.Input($"x{i}", p.DType, [.. p.Shape])).ToArray();
        var values = point.Select(p => ReferenceEvaluator.Evaluate(p.Node)).ToArray();
        var result = function(inputs);
        Assert.That(result.DType, Is.EqualTo(DType.Float64), "type of the result");
        var loss = Weighted([result]);
        var second = Weighted(Gradient(loss, inputs));
        Assert.Multiple(() =>
        {
            AssertOnce(loss, inputs, values, "first derivative");
            AssertOnce(second, inputs, values, "second derivative");
        });
    }

    private static void AssertOnce(Tensor loss, Tensor[] inputs, Literal[] values, string what)
    {
        var gradients = Gradient(loss, inputs);
        for (var operand = 0; operand < inputs.Length; operand++)
        {
            var actual = Evaluate(gradients[operand], values);
            for (var i = 0; i < actual.Count; i++)
            {
                var expected = (At(Step, operand, i) - At(-Step, operand, i)) / (2 * Step);
                Assert.That(actual[i].AsDouble, Is.EqualTo(expected).Within(Tolerance * Math.Max(1, Math.Abs(expected))),
                    $"{what} in operand {operand}, element {i}");
            }
        }

        double At(double shift, int operand, int i)
        {
            var moved = values.ToArray();
            moved[operand] = Literal.Of<double>(values[operand].AsSpan<double>(), values[operand].Type.Shape.Values);
            moved[operand].AsSpan<double>()[i] += shift;
            return Evaluate(loss, moved)[0].AsDouble;
        }
    }

    private static Tensor[] Gradient(Tensor loss, Tensor[] inputs) =>
        [.. Gradients.Of(loss.Node, [.. inputs.Select(p => p.Node)]).Select(g => new Tensor(g))];

    /// <summary>A scalar that depends on every element, each with another weight.</summary>
    private static Tensor Weighted(IEnumerable<Tensor> results) => results
        .Select(r => (r * (Tensor.Arange(r.Shape.Size, DType.Float64).Sin() + 1.5).Reshape([.. r.Shape])).Sum())
        .Aggregate((a, b) => a + b);

    private static Literal Evaluate(Tensor tensor, Literal[] values)
    {
        var graph = new ComputationGraph("value", [new NamedOutput("value", tensor.Node)], []);
        return ReferenceEvaluator.Evaluate(graph, values.Index().ToDictionary(v => $"x{v.Index}", v => v.Item), NoStates).Outputs["value"];
    }
}
