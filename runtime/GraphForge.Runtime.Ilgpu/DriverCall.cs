using GraphForge.Runtime.Device;
using ILGPU.Runtime;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>What the driver refuses, as one kind of error. It tells of a kernel's failure at whatever is asked for next.</summary>
internal static class DriverCall
{
    public static DeviceException Failure(Accelerator accelerator, AcceleratorException cause) => new(
        $"{accelerator.Name} failed: {cause.Message} It is unusable from here on: dispose it, and open it anew.", cause);
}
