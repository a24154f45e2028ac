using GraphForge.Runtime.Device;
using GraphForge.Tests.Reference;

namespace GraphForge.Tests.Devices;

/// <summary>Ten steps of each optimizer on a device against those recorded from PyTorch.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Present))]
public sealed class DeviceOptimizerTests(TestDevice on)
{
    private ComputeDevice _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = on.Open();

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [TestCaseSource(typeof(RecordedOptimizerTests), nameof(RecordedOptimizerTests.Runs))]
    public void Steps_are_as_good_as_those_of_PyTorch(OptimizerRun run) => RecordedOptimizerTests.AssertSteps(run, TestOptions.Default with { Device = _device });
}
