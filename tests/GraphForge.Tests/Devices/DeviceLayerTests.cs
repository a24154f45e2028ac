using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Execution;
using GraphForge.Jit;
using GraphForge.Runtime;
using GraphForge.Runtime.Device;
using GraphForge.Tests.Layers;

namespace GraphForge.Tests.Devices;

/// <summary>Every layer on a device, with its gradients in inputs and parameters, against the reference.</summary>
public sealed class DeviceLayerTests
{
    private static readonly DeviceGraphCompiler Programs = new(KernelCacheOptions.Default);
    private ComputeDevice _device = null!;

    private static IEnumerable<LayerSample> Samples => LayerSamples.All;

    [OneTimeSetUp]
    public void Open() => _device = TestDevice.Open();

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [TestCaseSource(nameof(Samples))]
    public void Values_and_gradients_are_those_of_the_reference(LayerSample sample)
    {
        var (graph, inputs, states) = Differentiated(sample);
        var expected = ReferenceEvaluator.Evaluate(graph, inputs, states).Outputs;
        foreach (var (name, actual) in Run(graph, inputs, states))
            for (var i = 0; i < actual.Count; i++)
                Assert.That(actual[i].AsDouble, Is.EqualTo(expected[name][i].AsDouble).Within(1e-9 * Math.Max(1, Math.Abs(expected[name][i].AsDouble))), $"{name}[{i}]");
    }

    private Dictionary<string, Literal> Run(ComputationGraph graph, IReadOnlyDictionary<string, Literal> inputs, IReadOnlyDictionary<StateSlot, Literal> states)
    {
        var options = new CompilerOptions { Device = DeviceBackend.TargetOf(_device.Limits), Threads = 1 };
        var source = Programs.Compile(graph, new Dictionary<DimSymbol, long>(), options, _device.KernelApi);
        var program = new DeviceProgram(_device, source.Plan, source.Code, [.. source.States.Select(slot => Buffer(slot, states[slot]))]);
        using var run = program.Rent();
        foreach (var (name, value) in inputs)
            if (program.FindInput(name) is var index and >= 0) run.SetInput(index, value.Bytes);
        run.Run();
        var outputs = new Dictionary<string, Literal>();
        foreach (var output in graph.Outputs) outputs[output.Name] = Literal.Of(output.Value.Type, run.OutputBytes(program.FindOutput(output.Name)));
        return outputs;
    }

    /// <summary>The result, and the gradients of the sum of its squares.</summary>
    private static (ComputationGraph, Dictionary<string, Literal> Inputs, Dictionary<StateSlot, Literal> States) Differentiated(LayerSample sample)
    {
        var inputs = sample.Inputs.Select((shape, i) => Tensor.Input($"x{i}", DType.Float64, [.. shape])).ToArray();
        var parameters = sample.Layer.NamedParameters().Select(p => p.Value).ToArray();
        var output = sample.Forward(inputs);
        Node[] variables = [.. inputs.Select(x => x.Node), .. parameters.Select(p => ((Tensor)p).Node)];
        var gradients = GraphForge.Compiler.Autodiff.Gradients.Of((output * output).Sum().Node, variables);
        NamedOutput[] outputs = [new("y", output.Node), .. gradients.Select((g, i) => new NamedOutput($"g{i}", g))];
        return (new ComputationGraph("layer", outputs.ToEquatable(), []), inputs.Select((x, i) => (x, i)).ToDictionary(x => $"x{x.i}", x => Drawn(x.x.Node.Type, x.i)),
            parameters.Index().ToDictionary(p => Values.Slot(p.Item), p => Drawn(Values.Slot(p.Item).Type, 100 + p.Index)));
    }

    private static Literal Drawn(TensorType type, int stream)
    {
        var literal = new Literal(type);
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(type.DType, 1.6 * Threefry.Uniform(6, stream, i) - 0.8);
        return literal;
    }

    private static StateBuffer Buffer(StateSlot slot, Literal value)
    {
        var buffer = new StateBuffer(slot.Name, slot.Type.DType, slot.Type.Shape.Values);
        buffer.CopyFromBytes(value.Bytes);
        return buffer;
    }
}
