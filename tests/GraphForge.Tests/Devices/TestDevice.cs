using GraphForge.Runtime.Device;

namespace GraphForge.Tests.Devices;

/// <summary>What stands in for a GPU in these tests.</summary>
internal static class TestDevice
{
    public static ComputeDevice Open() => new DoubleDevice();
}
