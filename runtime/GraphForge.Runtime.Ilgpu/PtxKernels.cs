using GraphForge.Runtime.Device;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>
/// Kernels given to NVIDIA's driver as the PTX that ILGPU once wrote for them. Each takes two views (address and length), an int32 and an
/// int64, in that order. They stay loaded until the device is disposed.
/// </summary>
internal sealed unsafe class PtxKernels : DeviceKernels
{
    private readonly CudaAccelerator _accelerator;
    private readonly nint[] _functions;
    private readonly int[] _threads;

    /// <exception cref="DeviceException">The driver refuses a kernel.</exception>
    public PtxKernels(CudaAccelerator accelerator, DeviceCode code, IReadOnlyList<string> names)
    {
        (_accelerator, _threads) = (accelerator, [.. code.GroupThreads]);
        accelerator.Bind();
        _functions = [.. names.Zip(code.Ptx, Load)];
    }

    public override void Launch(in DeviceLaunch launch, DeviceBlock memory)
    {
        _accelerator.Bind();
        var block = ((IlgpuBlock)memory).View;
        var arguments = new Arguments
        {
            Memory = block.LoadEffectiveAddressAsPtr(),
            MemoryBytes = block.Length,
            Places = block.LoadEffectiveAddressAsPtr() + (nint)launch.Places,
            PlaceCount = launch.PlaceCount,
            Iteration = launch.Iteration,
            First = launch.First,
        };
        var pointers = stackalloc void*[4] { &arguments.Memory, &arguments.Places, &arguments.First, &arguments.Iteration };
        var error = CudaAPI.CurrentAPI.LaunchKernel(_functions[launch.Kernel], launch.Groups, 1, 1, _threads[launch.Kernel], 1, 1, 0,
            ((CudaStream)_accelerator.DefaultStream).StreamPtr, (nint)pointers, 0);
        if (error != CudaError.CUDA_SUCCESS) throw new DeviceException($"{_accelerator.Name} refuses to start a kernel: {error}. It is unusable from here on: dispose it, and open it anew.");
    }

    private static nint Load(string name, string text)
    {
        nint function = 0;
        var error = CudaAPI.CurrentAPI.LoadModule(out var module, text, out var log);
        if (error == CudaError.CUDA_SUCCESS) error = CudaAPI.CurrentAPI.GetModuleFunction(out function, module, $"Kernel_{name}");
        return error == CudaError.CUDA_SUCCESS ? function : throw new DeviceException($"NVIDIA's driver refuses kernel {name}: {error} {log?.TrimEnd('\0', ' ', '\n')} Install a newer driver, or have the artifact's graph compiled for the device.");
    }

    /// <summary>Views are an address and a length, one behind the other.</summary>
    private struct Arguments
    {
        public nint Memory;
        public long MemoryBytes;
        public nint Places;
        public long PlaceCount;
        public long Iteration;
        public int First;
    }
}
