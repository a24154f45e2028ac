using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Compiler.Tests.Ops;
using GraphForge.Runtime.Device;
using GraphForge.Tests.Devices;

namespace GraphForge.Runtime.Ilgpu.Tests;

/// <summary>Every op sample on each device that is there, and on ILGPU's simulation of one, against the reference evaluator.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Present))]
public class IlgpuOpTests(TestDevice on)
{
    private ComputeDevice _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = on.Open();

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [TestCaseSource(typeof(OpSamples), nameof(OpSamples.All))]
    public void AgreesWithReference(OpSample sample)
    {
        foreach (var type in new[] { DType.Float32, DType.Float64, DType.BFloat16 })
        {
            var (graph, values) = (sample.Graph(type), sample.Values(type));
            var expected = ReferenceEvaluator.Evaluate(graph, values, new Dictionary<StateSlot, Literal>());
            var actual = DeviceEvaluation.Evaluate(_device, graph, values);
            foreach (var (name, value) in expected.Outputs) Closeness.AssertClose(actual[name], value, Closeness.Tolerance(type), $"{sample.Name} {type} {name}");
        }
    }
}
