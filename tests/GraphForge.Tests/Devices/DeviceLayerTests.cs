using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Runtime.Device;
using GraphForge.Tests.Layers;

namespace GraphForge.Tests.Devices;

/// <summary>Every layer on a device, with its gradients in inputs and parameters, against the reference.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Present))]
public sealed class DeviceLayerTests(TestDevice on)
{
    private ComputeDevice _device = null!;

    private static IEnumerable<LayerSample> Samples => LayerSamples.All;

    [OneTimeSetUp]
    public void Open() => _device = on.Open();

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [TestCaseSource(nameof(Samples))]
    public void Values_and_gradients_are_those_of_the_reference(LayerSample sample)
    {
        TensorSpec[] inputs = [.. sample.Inputs.Select((shape, i) => new TensorSpec($"x{i}", DType.Float64, shape))];
        CompiledModel Compiled(CompileOptions options) => CompiledModel.Compile(sample.Layer, x => Differentiated(sample, x), inputs, options);
        var reference = Compiled(new CompileOptions { Backend = Backend.Reference });
        var onDevice = Compiled(TestOptions.Default with { Device = _device });
        var values = inputs.Select((input, i) => NamedArray.Of(input.Name, Drawn(input.Shape.Size.Value, i))).ToArray();
        var (expected, actual) = (Arrays(reference), Arrays(onDevice));
        reference.Run(values, Named(expected));
        onDevice.Run(values, Named(actual));
        foreach (var (name, array) in actual)
            for (var i = 0; i < array.Length; i++)
                Assert.That(array[i], Is.EqualTo(expected[name][i]).Within(1e-9 * Math.Max(1, Math.Abs(expected[name][i]))), $"{name}[{i}]");
    }

    /// <summary>The result, and the gradients of the sum of its squares in everything it depends on.</summary>
    private static NamedTensors Differentiated(LayerSample sample, NamedTensors inputs)
    {
        Tensor[] x = [.. sample.Inputs.Select((_, i) => inputs[$"x{i}"])];
        var y = sample.Forward(x);
        Tensor[] variables = [.. x, .. sample.Layer.NamedParameters().Select(p => (Tensor)p.Value)];
        var results = new NamedTensors { ["y"] = y };
        foreach (var (i, gradient) in Gradients.Of((y * y).Sum().Node, [.. variables.Select(v => v.Node)]).Index()) results[$"g{i}"] = new Tensor(gradient);
        return results;
    }

    private static Dictionary<string, double[]> Arrays(CompiledModel model) => model.Outputs.ToDictionary(o => o.Name, o => new double[o.Shape.Size.Value]);

    private static NamedArray[] Named(Dictionary<string, double[]> arrays) => [.. arrays.Select(a => NamedArray.Of(a.Key, a.Value))];

    private static double[] Drawn(long count, int stream) => [.. Enumerable.Range(0, (int)count).Select(i => 1.6 * Threefry.Uniform(6, stream, i) - 0.8)];
}
