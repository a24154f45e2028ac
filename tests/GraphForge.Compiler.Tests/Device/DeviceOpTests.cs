using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Compiler.Tests.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Device;

/// <summary>Every op sample, compiled for a GPU and run on the test double of one, against the reference evaluator: forward and gradient.</summary>
[Parallelizable(ParallelScope.Children)]
public class DeviceOpTests
{
    private static readonly Lazy<DeviceSamples> Gradients = new(() => DeviceSamples.OfGradients(DeviceSamples.SmallWarps));

    private static readonly IReadOnlyDictionary<DType, Lazy<DeviceSamples>> Forward =
        new[] { DType.Float32, DType.Float64, DType.Float16 }.ToDictionary(type => type, type => new Lazy<DeviceSamples>(() => DeviceSamples.Of(
            type, type == DType.Float32 ? DeviceSamples.Small : DeviceSamples.SmallWarps)));

    [Test]
    public void ForwardAgreesWithReference(
        [ValueSource(typeof(OpSamples), nameof(OpSamples.All))] OpSample sample,
        [Values(DType.Float32, DType.Float64, DType.Float16)] DType type) => Forward[type].Value.Check(sample, type);

    [TestCaseSource(typeof(OpSamples), nameof(OpSamples.OfNumbers))]
    public void GradientAgreesWithReference(OpSample sample) => Gradients.Value.Check(sample, DType.Float32);
}
