using System.Reflection;
using GraphForge.Runtime.Device;

namespace GraphForge.Tests.Devices;

/// <summary>What stands in for a GPU in these tests.</summary>
internal static class TestDevice
{
    public static ComputeDevice Open() => new DoubleDevice();

    /// <summary>The kind of device that is.</summary>
    public static DeviceTarget Target { get; } = new DoubleTarget();

    private sealed class DoubleTarget : DeviceTarget
    {
        public override string Name => "double";

        public override DeviceLimits Limits { get; } = new DoubleDevice().Limits;

        public override Assembly KernelApi => typeof(ILGPU.Grid).Assembly;

        public override IReadOnlyList<string> Translate(byte[] image, IReadOnlyList<string> names) => [];
    }
}
