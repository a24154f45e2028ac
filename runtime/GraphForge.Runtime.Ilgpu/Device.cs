using System.Globalization;
using System.Reflection;
using GraphForge.Runtime.Device;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>
/// A GPU that programs can run on. Dispose it after the programs loaded on it. A kernel that ILGPU cannot translate leaves the device
/// unusable; others, and the process, go on.
/// </summary>
public sealed class Device : ComputeDevice
{
    /// <summary>
    /// What locked pages give over PCI Express 4 with 16 lanes: 32e9 less what its packets take. No driver tells, and it is right to a
    /// factor of two for version 3 and for version 5. Decides plans, never results.
    /// </summary>
    internal const long HostBandwidth = 25_000_000_000;

    private readonly Context _context;
    private readonly Accelerator _accelerator;

    private Device(DeviceKind kind, Context context, Accelerator accelerator)
    {
        (Kind, _context, _accelerator) = (kind, context, accelerator);
        Limits = new DeviceLimits(
            accelerator.NumMultiprocessors, accelerator.WarpSize, accelerator.MaxNumThreadsPerGroup,
            // ILGPU's kernels declare shared memory in their text, of which no driver takes more.
            Math.Min(48 * 1024, accelerator.MaxSharedMemoryPerGroup), accelerator.MaxNumThreadsPerMultiprocessor,
            // The simulation says it had more than there is.
            Math.Min(accelerator.MemorySize, kind == DeviceKind.Simulated ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : long.MaxValue))
        {
            HasShuffles = kind != DeviceKind.OpenCL,
            HasTensorCores = accelerator is CudaAccelerator { Architecture.Major: >= 8 },
            HostBytesPerSecond = HostBandwidth,
        };
        if (accelerator is CudaAccelerator cuda) Limits = CudaDriver.Told(Limits, cuda);
    }

    public DeviceKind Kind { get; }

    public override string Name => _accelerator.Name;

    public override DeviceLimits Limits { get; }

    public override long FreeBytes => _accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : Math.Max(0, Limits.MemoryBytes - HeldBytes);

    public override Assembly KernelApi => typeof(Context).Assembly;

    /// <summary>The first CUDA device, or where there is none the first that OpenCL knows; see <see cref="Choose"/>.</summary>
    /// <exception cref="DeviceException">There is neither.</exception>
    public static Device Best => Choose();

    /// <summary>Opens the first CUDA device, or where there is none the first that OpenCL knows.</summary>
    /// <param name="logger">Told which device was chosen, and why not another kind; null for nobody.</param>
    /// <exception cref="DeviceException">There is neither.</exception>
    public static Device Choose(ILogger? logger = null)
    {
        try
        {
            var device = Cuda(0);
            Log.Chosen(logger ?? NullLogger.Instance, device, "CUDA is preferred to OpenCL");
            return device;
        }
        catch (DeviceException cuda)
        {
            try
            {
                var device = OpenCL(0);
                Log.Chosen(logger ?? NullLogger.Instance, device, cuda.Message);
                return device;
            }
            catch (DeviceException openCL)
            {
                throw new DeviceException($"No GPU was found. {cuda.Message} {openCL.Message}", cuda);
            }
        }
    }

    /// <summary>The device a command line names: <c>cuda</c>, <c>cuda:1</c>, <c>opencl</c>, <c>opencl:1</c>, <c>best</c> or <c>simulated</c>.</summary>
    /// <param name="name">In any case; without a number the first one.</param>
    /// <param name="logger">Told what <c>best</c> is; null for nobody.</param>
    /// <exception cref="DeviceException">It is none of these names, or there is no such device.</exception>
    public static Device Named(string name, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        var (kind, number) = name.Split(':') switch { [var k] => (k, "0"), [var k, var n] => (k, n), _ => ("", "") };
        return (kind.ToLowerInvariant(), int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index)) switch
        {
            ("cuda", true) => Cuda(index),
            ("opencl", true) => OpenCL(index),
            ("best", true) when name == kind => Choose(logger),
            ("simulated", true) when name == kind => Simulated(),
            _ => throw new DeviceException($"There is no device named '{name}': name one as cuda, cuda:1, opencl, opencl:1, best or simulated."),
        };
    }

    /// <param name="index">Which of the CUDA devices, from 0.</param>
    /// <exception cref="DeviceException">There is no such device, or no driver.</exception>
    public static Device Cuda(int index) => Open(DeviceKind.Cuda, index, builder => builder.Cuda(), context => context.GetCudaDevices().Count,
        (context, i) => context.CreateCudaAccelerator(i), CudaDriver.Remedy);

    /// <param name="index">Which of the OpenCL devices, from 0.</param>
    /// <exception cref="DeviceException">There is no such device, or no driver.</exception>
    public static Device OpenCL(int index) => Open(DeviceKind.OpenCL, index, builder => builder.OpenCL(), context => context.GetCLDevices().Count,
        (context, i) => context.CreateCLAccelerator(i), _ => "Install the device's OpenCL driver; it must have generic address space.");

    /// <summary>ILGPU's simulation on the processor, for checking kernels.</summary>
    /// <param name="warpThreads">Threads of a warp; a power of 2, at least 2.</param>
    /// <param name="warps">Warps of the largest group.</param>
    public static Device Simulated(int warpThreads = 4, int warps = 4) => Open(
        DeviceKind.Simulated, 0, builder => builder.CPU(new CPUDevice(warpThreads, warps, 1)), context => context.GetCPUDevices().Count,
        (context, i) => context.CreateCPUAccelerator(i), _ => "");

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

    /// <summary>PTX is for compute capability 8.0 and everything after it; others are given the IL.</summary>
    protected override DeviceKernels Load(DeviceCode code, IReadOnlyList<string> names) => _accelerator is CudaAccelerator { Architecture.Major: >= 8 } cuda && code.Ptx.Count > 0
        ? new PtxKernels(cuda, code, names)
        : new IlgpuKernels(_accelerator, code, names);

    protected override DeviceTimer StartTimer() => new IlgpuTimer(_accelerator.DefaultStream);

    protected override DeviceUpload CreateUpload(long bytes) => new IlgpuUpload(_accelerator, bytes);

    protected override HostBlock CreateHostBlock(long bytes)
    {
        try
        {
            return new IlgpuHostBlock(_accelerator, bytes);
        }
        catch (Exception exception) when (exception is AcceleratorException or OutOfMemoryException or NotSupportedException or DllNotFoundException or EntryPointNotFoundException)
        {
            throw new DeviceException(
                $"The process cannot lock {bytes >> 20} MiB of memory for values that {Name} has no room for. Compile with a larger MemoryBudget.", exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        _accelerator.Dispose();
        _context.Dispose();
    }

    private static Device Open(
        DeviceKind kind, int index, Action<Context.Builder> register, Func<Context, int> count, Func<Context, int, Accelerator> create, Func<int, string> remedy)
    {
        Context? context = null;
        try
        {
            context = Context.Create(builder => register(builder.ForKernels().Profiling()));
            var found = count(context);
            if (index < 0 || index >= found)
                throw new DeviceException($"There is no {kind} device number {index}: {(found == 0 ? "none was" : $"{found} were")} found. {remedy(found)}".TrimEnd());
            return new Device(kind, context, create(context, index));
        }
        catch (Exception exception)
        {
            context?.Dispose();
            if (exception is DeviceException) throw;
            throw new DeviceException($"{kind} device number {index} cannot be used: {exception.Message} {remedy(0)}".TrimEnd(), exception);
        }
    }
}
