using System.Reflection;
using GraphForge.Runtime.Device;

namespace GraphForge.Tests.Devices;

/// <summary>The double, which stands in for a GPU.</summary>
internal static class TestDevices
{
    public static TestDevice Double { get; } = Of(() => new DoubleDevice()) with { Offloading = Of(() => new DoubleDevice(hostBytesPerSecond: 1L << 50)) };

    public static IEnumerable<TestDevice> Present => [Double];

    private static TestDevice Of(Func<DoubleDevice> open) => new("double", open, new(() => new DoubleTarget(open().Limits)));

    private sealed class DoubleTarget(DeviceLimits limits) : DeviceTarget
    {
        public override string Name => "double";

        public override DeviceLimits Limits => limits;

        public override Assembly KernelApi => typeof(ILGPU.Grid).Assembly;

        public override IReadOnlyList<string> Translate(byte[] image, IReadOnlyList<string> names) => [];
    }
}
