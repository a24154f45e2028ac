using GraphForge.Runtime.Device;
using GraphForge.Tests.Devices;

namespace GraphForge.Runtime.Ilgpu.Tests;

/// <summary>How a device is named and opened, and which of them this machine has.</summary>
public class DeviceChoiceTests
{
    /// <summary>All tests of devices run on those that are there; where one is not, this test says why it was left out.</summary>
    [TestCaseSource(typeof(TestDevices), nameof(TestDevices.Kinds))]
    public void TheDeviceIsThere(string kind)
    {
        if (TestDevices.Absence(kind) is { } why) Assert.Ignore(why);
        using var device = Device.Named(kind);
        TestContext.Out.WriteLine(device);
        Assert.That(device.Kind.ToString(), Is.EqualTo(kind).IgnoreCase);
    }

    [Test]
    public void AMissingDeviceIsOneError() => Assert.That(() => Device.Cuda(99), Throws.TypeOf<DeviceException>().With.Message.StartsWith(
        "There is no Cuda device number 99: "));

    [TestCase("gpu")]
    [TestCase("cuda:x")]
    [TestCase("cuda:0:1")]
    [TestCase("best:1")]
    public void ADeviceOfAnotherNameIsOneError(string name) => Assert.That(() => Device.Named(name), Throws.TypeOf<DeviceException>().With.Message.EqualTo(
        $"There is no device named '{name}': name one as cuda, cuda:1, opencl, opencl:1, best or simulated."));

    [Test]
    public void TheSimulationIsADeviceWithAName()
    {
        using var device = Device.Named("Simulated");
        Assert.That(device.Kind, Is.EqualTo(DeviceKind.Simulated));
    }
}
