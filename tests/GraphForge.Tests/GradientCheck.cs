using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Tests.Layers;

namespace GraphForge.Tests;

/// <summary>Derivatives in float64, in inputs and parameters, against central differences.</summary>
internal sealed class GradientCheck
{
    private const double Step = 1e-5, Tolerance = 1e-6;

    private readonly List<(string Name, Node Node, Literal Values)> _variables = [];
    private readonly Dictionary<string, Literal> _inputs = [];
    private readonly Dictionary<StateSlot, Literal> _states = [];

    /// <summary>Fails unless the first and second derivatives of a function in every operand agree.</summary>
    /// <param name="function">Gives a float64 tensor.</param>
    /// <param name="point">float64 constants.</param>
    public static void AssertTwice(Func<Tensor[], Tensor> function, params Tensor[] point) => new GradientCheck().AssertTwiceAt(point, function);

    /// <summary>Fails unless the first and second derivatives of a layer in every input and parameter agree.</summary>
    /// <param name="sample">The layer; the shapes of its inputs are those of the point.</param>
    /// <param name="point">float64 constants.</param>
    public static void AssertTwice(LayerSample sample, params Tensor[] point) => Of(sample.Layer).AssertTwiceAt(point, sample.Forward);

    /// <summary>Fails unless the derivatives of a function in every operand agree, at values drawn from -0.8 to 0.8.</summary>
    /// <param name="function">Gives a float64 tensor.</param>
    /// <param name="inputs">Shapes of its operands.</param>
    public static void AssertOnce(Func<Tensor[], Tensor> function, params Shape[] inputs) => new GradientCheck().AssertDrawn(inputs, function);

    /// <summary>Fails unless the derivatives of a layer in every input and parameter agree, at values drawn from -0.8 to 0.8.</summary>
    public static void AssertOnce(LayerSample sample) => Of(sample.Layer).AssertDrawn(sample.Inputs, sample.Forward);

    private static GradientCheck Of(Module layer)
    {
        var check = new GradientCheck();
        foreach (var (name, parameter) in layer.NamedParameters())
        {
            var values = check._states[Values.Slot(parameter)] = check.Draw(parameter.Shape);
            check._variables.Add((name, ((Tensor)parameter).Node, values));
        }
        return check;
    }

    private void AssertDrawn(Shape[] inputs, Func<Tensor[], Tensor> function) =>
        AssertDerivatives(Weighted([function([.. inputs.Select(shape => Input(Draw(shape)))])]), "derivative");

    private void AssertTwiceAt(Tensor[] point, Func<Tensor[], Tensor> function)
    {
        // Inputs and copies, not the constants themselves: equal constants are one node.
        var loss = Weighted([function([.. point.Select(p => Input(Literal.Of<double>(Values.Of(p), [.. p.Node.Type.Shape.Values])))])]);
        var second = Weighted(Gradients(loss));
        Assert.Multiple(() =>
        {
            AssertDerivatives(loss, "first derivative");
            AssertDerivatives(second, "second derivative");
        });
    }

    private Tensor Input(Literal values)
    {
        var name = $"x{_inputs.Count}";
        var input = Tensor.Input(name, values.Type.DType, [.. values.Type.Shape]);
        _inputs[name] = values;
        _variables.Add((name, input.Node, values));
        return input;
    }

    private Literal Draw(Shape shape)
    {
        var literal = new Literal(new TensorType(DType.Float64, shape));
        var values = literal.AsSpan<double>();
        for (var i = 0; i < values.Length; i++) values[i] = 1.6 * Threefry.Uniform(5, _variables.Count, i) - 0.8;
        return literal;
    }

    private Tensor[] Gradients(Tensor loss) =>
        [.. Compiler.Autodiff.Gradients.Of(loss.Node, [.. _variables.Select(v => v.Node)]).Select(g => new Tensor(g))];

    private void AssertDerivatives(Tensor loss, string what)
    {
        var value = Graph(loss);
        var gradients = ReferenceEvaluator.Evaluate(Graph(Gradients(loss)), _inputs, _states).Outputs;
        foreach (var (variable, (name, _, values)) in _variables.Index())
            for (var i = 0; i < values.Count; i++)
            {
                var expected = Difference(value, values, i);
                Assert.That(gradients[$"{variable}"][i].AsDouble,
                    Is.EqualTo(expected).Within(Tolerance * Math.Max(1, Math.Abs(expected))), $"{what} in {name}[{i}]");
            }
    }

    private double Difference(ComputationGraph value, Literal values, int element)
    {
        var middle = values.AsSpan<double>()[element];
        var (above, below) = (At(middle + Step), At(middle - Step));
        values.AsSpan<double>()[element] = middle;
        return (above - below) / (2 * Step);

        double At(double shifted)
        {
            values.AsSpan<double>()[element] = shifted;
            return ReferenceEvaluator.Evaluate(value, _inputs, _states).Outputs["0"][0].AsDouble;
        }
    }

    private static ComputationGraph Graph(params Tensor[] tensors) =>
        new("derivatives", tensors.Select((t, i) => new NamedOutput($"{i}", t.Node)).ToEquatable(), []);

    /// <summary>A scalar that depends on every element, each with another weight.</summary>
    private static Tensor Weighted(Tensor[] results)
    {
        Assert.That(results.Select(r => r.DType), Is.All.EqualTo(DType.Float64), "type of the result");
        return results.Select(r => (r * (Tensor.Arange(r.Shape.Size, DType.Float64).Sin() + 1.5).Reshape([.. r.Shape])).Sum())
            .Aggregate((a, b) => a + b);
    }
}
