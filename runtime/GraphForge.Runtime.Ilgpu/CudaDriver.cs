using System.Runtime.InteropServices;
using ILGPU.Runtime.Cuda;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>Why there is no CUDA device, of which ILGPU says nothing.</summary>
internal static class CudaDriver
{
    /// <summary>Name of the driver's library.</summary>
    public static string Library => OperatingSystem.IsWindows() ? "nvcuda" : "libcuda.so.1";

    /// <summary>What to do so that a device is found.</summary>
    /// <param name="found">How many were.</param>
    public static string Remedy(int found)
    {
        if (found > 0) return $"They are numbered from 0 to {found - 1}.";
        if (!NativeLibrary.TryLoad(Library, out _))
            return $"There is no {Library}: install NVIDIA's driver; the CUDA toolkit is not needed.";
        var error = CudaAPI.CurrentAPI.GetDeviceCount(out var count);
        if (error != CudaError.CUDA_SUCCESS)
            return $"NVIDIA's driver answers {error}: start it, or install one that fits the kernel of the system.";
        return count == 0 ? "NVIDIA's driver is installed and sees no device: connect one, or let CUDA_VISIBLE_DEVICES name it."
            : $"NVIDIA's driver{Version} sees {count}, which it is too old for, or ILGPU is: install a newer driver.";
    }

    private static string Version => CudaAPI.CurrentAPI.GetDriverVersion(out var version) == CudaError.CUDA_SUCCESS ? $", for CUDA {version}," : "";
}
