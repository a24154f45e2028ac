using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

/// <summary>Gradients of a layer, in float64, in its inputs and parameters against central differences.</summary>
internal sealed class LayerGradients
{
    private const double Step = 1e-5;

    private readonly Dictionary<string, Literal> _inputs = [];
    private readonly Dictionary<StateSlot, Literal> _states = [];
    private readonly ComputationGraph _loss;
    private readonly ComputationGraph _gradients;

    private LayerGradients(Module layer, Func<Tensor[], Tensor> forward, Shape[] inputs)
    {
        var operands = inputs.Select((shape, i) => Tensor.Input($"x{i}", DType.Float64, [.. shape])).ToArray();
        var parameters = layer.NamedParameters();
        var output = forward(operands);
        var weights = Tensor.Arange(output.Shape.Size, DType.Float64).Reshape([.. output.Shape]).Sin() + 1.5;
        var loss = (output * weights).Sum();
        Tensor[] targets = [.. operands, .. parameters.Select(p => (Tensor)p.Value)];
        for (var i = 0; i < targets.Length; i++)
        {
            var values = Uniform(targets[i].Node.Type, stream: i);
            if (i < operands.Length) _inputs[$"x{i}"] = values;
            else _states[Values.Slot(parameters[i - operands.Length].Value)] = values;
        }
        _loss = new ComputationGraph("loss", [new NamedOutput("loss", loss.Node)], []);
        var gradients = Gradients.Of(loss.Node, [.. targets.Select(t => t.Node)]);
        string[] names = [.. _inputs.Keys, .. parameters.Select(p => p.Key)];
        _gradients = new ComputationGraph("gradients", gradients.Select((g, i) => new NamedOutput(names[i], g)).ToEquatable(), []);
    }

    /// <summary>Fails unless every derivative is finite and agrees with central differences.</summary>
    /// <param name="layer">Whose parameters are moved; of float64.</param>
    /// <param name="forward">What is differentiated.</param>
    /// <param name="inputs">Shapes of what it is given.</param>
    public static void Assert(Module layer, Func<Tensor[], Tensor> forward, params Shape[] inputs)
    {
        var check = new LayerGradients(layer, forward, inputs);
        var gradients = ReferenceEvaluator.Evaluate(check._gradients, check._inputs, check._states).Outputs;
        var moved = check._inputs.Values.Concat(check._states.Values);
        foreach (var ((name, gradient), values) in gradients.Zip(moved))
            for (var i = 0; i < values.Count; i++)
                NUnit.Framework.Assert.That(gradient[i].AsDouble, Is.EqualTo(check.Difference(values, i)).Within(1e-6), $"∂/∂{name}[{i}]");
    }

    private double Difference(Literal values, int element)
    {
        var middle = values.AsSpan<double>()[element];
        var (above, below) = (LossAt(middle + Step), LossAt(middle - Step));
        values.AsSpan<double>()[element] = middle;
        return (above - below) / (2 * Step);

        double LossAt(double value)
        {
            values.AsSpan<double>()[element] = value;
            return ReferenceEvaluator.Evaluate(_loss, _inputs, _states).Outputs["loss"][0].AsDouble;
        }
    }

    private static Literal Uniform(TensorType type, int stream)
    {
        var literal = new Literal(type);
        var values = literal.AsSpan<double>();
        for (var i = 0; i < values.Length; i++) values[i] = 1.6 * Threefry.Uniform(5, stream, i) - 0.8;
        return literal;
    }
}
