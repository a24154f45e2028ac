using System.Runtime.InteropServices;
using GraphForge.Runtime.Device;
using ILGPU.Runtime.Cuda;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>What NVIDIA's driver knows and ILGPU does not tell: why there is no device, and what its multiprocessors have.</summary>
internal static class CudaDriver
{
    /// <summary>CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR; ILGPU has no name for it.</summary>
    private const DeviceAttributeKind MostBlocksOfMultiprocessor = (DeviceAttributeKind)106;

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

    /// <summary>A device's limits with what the driver tells of its multiprocessors.</summary>
    public static DeviceLimits Told(DeviceLimits limits, CudaAccelerator device) => limits with
    {
        Registers = device.Device.TotalNumRegistersPerMultiprocessor,
        MultiprocessorSharedBytes = device.MaxSharedMemoryPerMultiprocessor,
        ResidentGroups = ResidentGroups(device),
        // Of which the driver tells nothing: NVIDIA, CUDA C++ Programming Guide, throughput of native arithmetic instructions.
        Lanes = device.Architecture is { Major: 6 or 8, Minor: 0 } or { Major: 7 } ? 64 : 128,
    };

    private static int ResidentGroups(CudaAccelerator device)
    {
        try
        {
            return CudaAPI.CurrentAPI.GetDeviceAttribute(MostBlocksOfMultiprocessor, device.DeviceId);
        }
        catch (CudaException)
        {
            // A driver from before CUDA 11, which does not tell.
            return 0;
        }
    }

    private static string Version => CudaAPI.CurrentAPI.GetDriverVersion(out var version) == CudaError.CUDA_SUCCESS ? $", for CUDA {version}," : "";
}
