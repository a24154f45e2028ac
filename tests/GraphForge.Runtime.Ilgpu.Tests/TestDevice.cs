using GraphForge.Runtime.Device;
using GraphForge.Runtime.Ilgpu;

#pragma warning disable IDE0130 // Where the tests of all devices look for it.
namespace GraphForge.Tests.Devices;
#pragma warning restore IDE0130

/// <summary>What stands in for a GPU in these tests.</summary>
internal static class TestDevice
{
    public static ComputeDevice Open() => Device.Simulated();
}
