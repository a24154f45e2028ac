namespace GraphForge.Runtime.Ilgpu;

/// <summary>What drives a device.</summary>
public enum DeviceKind
{
    /// <summary>NVIDIA's driver.</summary>
    Cuda,

    /// <summary>An OpenCL driver, with generic address space.</summary>
    OpenCL,

    /// <summary>ILGPU's simulation of a GPU on the processor: thousands of times slower, for checking kernels where there is none.</summary>
    Simulated,
}
