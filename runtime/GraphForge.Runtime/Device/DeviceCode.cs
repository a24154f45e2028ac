namespace GraphForge.Runtime.Device;

/// <summary>The kernels of a program for a device.</summary>
/// <param name="Image">An assembly with the class <c>GraphForge.Generated.Kernels</c>, compiled against the device's <see cref="ComputeDevice.KernelApi"/>.</param>
/// <param name="GroupThreads">Threads of a group of each kernel, as the plan numbers them.</param>
public sealed record DeviceCode(byte[] Image, IReadOnlyList<int> GroupThreads)
{
    /// <summary>The kernels in NVIDIA's portable assembly, which its driver takes as they are; none where they are to be translated from the image.</summary>
    public IReadOnlyList<string> Ptx { get; init; } = [];
}
