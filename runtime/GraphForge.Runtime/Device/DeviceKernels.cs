namespace GraphForge.Runtime.Device;

/// <summary>The kernels of a program, translated for a device and loaded on it.</summary>
public abstract class DeviceKernels
{
    /// <summary>Starts a kernel once everything that was started before has ended, and does not wait for it. Allocates nothing.</summary>
    /// <param name="launch">What to start.</param>
    /// <param name="memory">The block with everything the kernel touches.</param>
    public abstract void Launch(in DeviceLaunch launch, DeviceBlock memory);
}
