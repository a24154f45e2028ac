using System.Reflection;
using GraphForge.Runtime.Device;

namespace GraphForge.Tests.Devices;

/// <summary>What stands in for a GPU in these tests.</summary>
internal static class TestDevice
{
    public static ComputeDevice Open() => new DoubleDevice();

    /// <summary>One whose copies to the host and back cost next to nothing, so that a budget has values wait there.</summary>
    public static ComputeDevice OpenOffloading() => new DoubleDevice(hostBytesPerSecond: 1L << 50);

    /// <summary>The kind of device that is.</summary>
    public static DeviceTarget Target { get; } = new DoubleTarget(new DoubleDevice().Limits);

    /// <summary>That of <see cref="OpenOffloading"/>.</summary>
    public static DeviceTarget OffloadingTarget { get; } = new DoubleTarget(new DoubleDevice(hostBytesPerSecond: 1L << 50).Limits);

    private sealed class DoubleTarget(DeviceLimits limits) : DeviceTarget
    {
        public override string Name => "double";

        public override DeviceLimits Limits { get; } = limits;

        public override Assembly KernelApi => typeof(ILGPU.Grid).Assembly;

        public override IReadOnlyList<string> Translate(byte[] image, IReadOnlyList<string> names) => [];
    }
}
