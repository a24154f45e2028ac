using System.Reflection;
using GraphForge.Runtime.Device;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>
/// A GPU that programs can run on. Dispose it after the programs loaded on it. A kernel that ILGPU cannot translate leaves the device
/// unusable; others, and the process, go on.
/// </summary>
public sealed class Device : ComputeDevice
{
    private readonly Context _context;
    private readonly Accelerator _accelerator;

    private Device(DeviceKind kind, Context context, Accelerator accelerator)
    {
        (Kind, _context, _accelerator) = (kind, context, accelerator);
        Limits = new DeviceLimits(
            accelerator.NumMultiprocessors, accelerator.WarpSize, accelerator.MaxNumThreadsPerGroup,
            // ILGPU's kernels declare shared memory in their text, of which no driver takes more.
            Math.Min(48 * 1024, accelerator.MaxSharedMemoryPerGroup), accelerator.MaxNumThreadsPerMultiprocessor, accelerator.MemorySize);
    }

    public DeviceKind Kind { get; }

    public override string Name => _accelerator.Name;

    public override DeviceLimits Limits { get; }

    public override long FreeBytes => _accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : Math.Max(0, _accelerator.MemorySize - HeldBytes);

    public override Assembly KernelApi => typeof(Context).Assembly;

    /// <summary>The first CUDA device, or where there is none the first that OpenCL knows.</summary>
    /// <exception cref="DeviceException">There is neither.</exception>
    public static Device Best
    {
        get
        {
            try
            {
                return Cuda(0);
            }
            catch (DeviceException cuda)
            {
                try
                {
                    return OpenCL(0);
                }
                catch (DeviceException openCL)
                {
                    throw new DeviceException($"No GPU was found. {cuda.Message} {openCL.Message}", cuda);
                }
            }
        }
    }

    /// <param name="index">Which of the CUDA devices, from 0.</param>
    /// <exception cref="DeviceException">There is no such device, or no driver.</exception>
    public static Device Cuda(int index) => Open(DeviceKind.Cuda, index, builder => builder.Cuda(), context => context.GetCudaDevices().Count,
        (context, i) => context.CreateCudaAccelerator(i), "Install NVIDIA's driver; the CUDA toolkit is not needed.");

    /// <param name="index">Which of the OpenCL devices, from 0.</param>
    /// <exception cref="DeviceException">There is no such device, or no driver.</exception>
    public static Device OpenCL(int index) => Open(DeviceKind.OpenCL, index, builder => builder.OpenCL(), context => context.GetCLDevices().Count,
        (context, i) => context.CreateCLAccelerator(i), "Install the device's OpenCL driver; it must have generic address space.");

    /// <summary>ILGPU's simulation on the processor, for checking kernels.</summary>
    /// <param name="warpThreads">Threads of a warp; a power of 2, at least 2.</param>
    /// <param name="warps">Warps of the largest group.</param>
    public static Device Simulated(int warpThreads = 4, int warps = 4) => Open(
        DeviceKind.Simulated, 0, builder => builder.CPU(new CPUDevice(warpThreads, warps, 1)), context => context.GetCPUDevices().Count,
        (context, i) => context.CreateCPUAccelerator(i), "");

    public override string ToString() => $"{Kind} device {Name}, {Limits.Multiprocessors} multiprocessors, {Limits.MemoryBytes >> 20} MiB";

    protected override DeviceBlock Allocate(long bytes)
    {
        try
        {
            return new IlgpuBlock(_accelerator.Allocate1D<byte>(bytes), _accelerator.DefaultStream);
        }
        catch (Exception exception) when (exception is AcceleratorException or OutOfMemoryException)
        {
            throw new DeviceException(
                $"{Name} has not {bytes >> 20} MiB free for the programs that are loaded on it. Compile them with a smaller MemoryBudget, or free what else holds the device's memory.", exception);
        }
    }

    protected override DeviceKernels Load(DeviceCode code, IReadOnlyList<string> names) => new IlgpuKernels(_accelerator, code, names);

    protected override void Synchronize()
    {
        try
        {
            _accelerator.DefaultStream.Synchronize();
        }
        catch (AcceleratorException exception)
        {
            throw new DeviceException($"A kernel failed on {Name}: {exception.Message} The device is unusable from here on: dispose it.", exception);
        }
    }

    protected override DeviceTimer StartTimer() => new IlgpuTimer(_accelerator.DefaultStream);

    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        _accelerator.Dispose();
        _context.Dispose();
    }

    private static Device Open(
        DeviceKind kind, int index, Action<Context.Builder> register, Func<Context, int> count, Func<Context, int, Accelerator> create, string remedy)
    {
        Context? context = null;
        try
        {
            context = Context.Create(builder => register(builder.ForKernels().Profiling()));
            var found = count(context);
            if (index < 0 || index >= found)
                throw new DeviceException($"There is no {kind} device number {index}: {(found == 0 ? "none was" : $"{found} were")} found. {remedy}".TrimEnd());
            return new Device(kind, context, create(context, index));
        }
        catch (Exception exception)
        {
            context?.Dispose();
            if (exception is DeviceException) throw;
            throw new DeviceException($"{kind} device number {index} cannot be used: {exception.Message} {remedy}".TrimEnd(), exception);
        }
    }
}
