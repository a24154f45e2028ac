using System.Reflection;
using GraphForge.Runtime.Device;
using GraphForge.Runtime.Ilgpu;

#pragma warning disable IDE0130 // Where the tests of all devices look for it.
namespace GraphForge.Tests.Devices;
#pragma warning restore IDE0130

/// <summary>What stands in for a GPU in these tests.</summary>
internal static class TestDevice
{
    public static ComputeDevice Open() => Device.Simulated();

    /// <summary>One whose copies to the host and back cost little beside what it says of its arithmetic.</summary>
    public static ComputeDevice OpenOffloading() => Device.Simulated();

    /// <summary>The kind of device that is; its kernels are saved as PTX besides, which the simulation has no use for.</summary>
    public static DeviceTarget Target { get; } = new SimulatedTarget();

    /// <summary>That of <see cref="OpenOffloading"/>.</summary>
    public static DeviceTarget OffloadingTarget => Target;

    private sealed class SimulatedTarget : DeviceTarget
    {
        public override string Name => "simulated";

        public override DeviceLimits Limits { get; } = LimitsOfSimulation();

        public override Assembly KernelApi => SavedDevice.Cuda.KernelApi;

        public override IReadOnlyList<string> Translate(byte[] image, IReadOnlyList<string> names) => SavedDevice.Cuda.Translate(image, names);

        private static DeviceLimits LimitsOfSimulation()
        {
            using var device = Device.Simulated();
            return device.Limits;
        }
    }
}
