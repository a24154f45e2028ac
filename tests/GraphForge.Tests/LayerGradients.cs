using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Gradients of a module in its input and parameters against central differences, in float64 by reference evaluation.</summary>
internal static class LayerGradients
{
    private const double Step = 1e-5, Tolerance = 1e-6;

    /// <summary>Fails unless the gradients of a weighed sum of the module's output agree with differences.</summary>
    /// <param name="module">Its parameters are float64; they are drawn from seed 1.</param>
    /// <param name="inputDims">Shape of the input, whose elements all differ.</param>
    public static void AssertRight(Module module, params long[] inputDims)
    {
        module.Initialize(seed: 1);
        var states = module.NamedParameters().ToDictionary(p => Slot(p.Value), p => Values(p.Value));
        var input = Distinct(inputDims);
        var x = Tensor.Input("x", DType.Float64, [.. input.Type.Shape]);
        var output = module.Forward(x);
        Assert.That(output.DType, Is.EqualTo(DType.Float64));
        var weights = (Tensor.Arange(output.Shape.Size, DType.Float64).Reshape([.. output.Shape]) * 1.3).Sin() + 0.3;
        var loss = (output * weights).Sum().Node;
        var parameters = module.NamedParameters();
        var gradients = Gradients.Of(loss, [x.Node, .. parameters.Select(p => ((Tensor)p.Value).Node)]);
        using var scope = Assert.EnterMultipleScope();
        AssertClose("input", input, gradients[0]);
        foreach (var (index, (name, parameter)) in parameters.Index()) AssertClose(name, states[Slot(parameter)], gradients[index + 1]);

        // The point is changed in place, element by element, and put back.
        void AssertClose(string name, Literal point, Node gradient)
        {
            var actual = Evaluate(gradient);
            var elements = point.AsSpan<double>();
            for (var i = 0; i < elements.Length; i++)
            {
                var value = elements[i];
                elements[i] = value + Step;
                var above = Evaluate(loss)[0].AsDouble;
                elements[i] = value - Step;
                var difference = (above - Evaluate(loss)[0].AsDouble) / (2 * Step);
                elements[i] = value;
                Assert.That(actual[i].AsDouble, Is.EqualTo(difference).Within(Tolerance * Math.Max(1, Math.Abs(difference))), $"∂/∂{name}[{i}]");
            }
        }

        Literal Evaluate(Node node) => ReferenceEvaluator.Evaluate(
            new ComputationGraph("check", [new NamedOutput("y", node)], []), new Dictionary<string, Literal> { ["x"] = input }, states).Outputs["y"];
    }

    private static StateSlot Slot(StoredTensor tensor) => ((State)((Tensor)tensor).Node.Op).Slot;

    private static Literal Values(Parameter parameter) => Literal.Of<double>(parameter.AsSpan<double>(), parameter.Shape.Values);

    /// <summary>Values in -2..2 in a mixed order, no two closer than a difference reaches.</summary>
    private static Literal Distinct(long[] dims)
    {
        var literal = new Literal(new TensorType(DType.Float64, Shape.Of(dims)));
        var elements = literal.AsSpan<double>();
        for (var i = 0; i < elements.Length; i++) elements[i] = 4.0 * (i * 7919L % elements.Length + 0.37) / elements.Length - 2;
        return literal;
    }
}
