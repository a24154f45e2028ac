namespace GraphForge.Runtime.Device;

/// <summary>The kernels of a program for a device.</summary>
/// <param name="Image">An assembly with the class <c>GraphForge.Generated.Kernels</c>, compiled against ILGPU.</param>
/// <param name="GroupThreads">Threads of a group of each kernel, as the plan numbers them.</param>
public sealed record DeviceCode(byte[] Image, IReadOnlyList<int> GroupThreads);
