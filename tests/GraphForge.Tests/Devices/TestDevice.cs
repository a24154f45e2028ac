using GraphForge.Runtime.Device;

namespace GraphForge.Tests.Devices;

/// <summary>A device that tests run on; which ones there are is for each test project to say in <c>TestDevices</c>.</summary>
/// <param name="Name">As it stands in the names of tests.</param>
/// <param name="Open">Opens it.</param>
/// <param name="Target">The kind of device that it is.</param>
public sealed record TestDevice(string Name, Func<ComputeDevice> Open, Lazy<DeviceTarget> Target)
{
    /// <summary>The same, but that its copies to the host and back cost little beside what it says of its arithmetic.</summary>
    public TestDevice Offloading { get => field ?? this; init; }

    public override string ToString() => Name;
}
