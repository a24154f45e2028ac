using System.Reflection;

namespace GraphForge.Runtime.Device;

/// <summary>A kind of device that models are compiled for without having one. GraphForge.Runtime.Ilgpu has them for CUDA and OpenCL.</summary>
public abstract class DeviceTarget
{
    /// <summary>For people and in the names of files: a word such as <c>cuda</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What a device must have at least, and what schedules follow from.</summary>
    public abstract DeviceLimits Limits { get; }

    /// <summary>What the text of kernels is compiled against.</summary>
    public abstract Assembly KernelApi { get; }

    /// <summary>Kernels in the language of the device's driver, in the order of their names; none where the driver is given IL through ILGPU.</summary>
    /// <exception cref="DeviceException">A kernel cannot be translated.</exception>
    public abstract IReadOnlyList<string> Translate(byte[] image, IReadOnlyList<string> names);
}
