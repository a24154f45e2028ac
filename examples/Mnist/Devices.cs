using GraphForge.Runtime.Device;

namespace Digits;

/// <summary>Opens the device to train on, where the example was built with those there are.</summary>
internal static class Devices
{
#if GPU
    /// <exception cref="DeviceException">There is no such device.</exception>
    public static ComputeDevice Open(string name) => GraphForge.Runtime.Ilgpu.Device.Named(name);
#else
    /// <exception cref="UsageException">Always.</exception>
    public static ComputeDevice Open(string name) =>
        throw new UsageException($"--device {name} needs GraphForge.Runtime.Ilgpu and the package ILGPU: build with -p:Gpu=true");
#endif
}
