using GraphForge.Runtime.Device;
using ILGPU;
using ILGPU.Runtime;
using DeviceKernel = System.Action<ILGPU.Runtime.AcceleratorStream, ILGPU.KernelConfig, ILGPU.ArrayView<byte>, ILGPU.ArrayView<long>, int, long>;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>Kernels that ILGPU has translated and loaded; launching one neither boxes nor allocates.</summary>
internal sealed class IlgpuKernels : DeviceKernels
{
    private readonly AcceleratorStream _stream;
    private readonly DeviceKernel[] _kernels;
    private readonly int[] _threads;

    /// <exception cref="DeviceException">ILGPU cannot translate a kernel.</exception>
    public IlgpuKernels(Accelerator accelerator, DeviceCode code, IReadOnlyList<string> names)
    {
        (_stream, _threads) = (accelerator.DefaultStream, [.. code.GroupThreads]);
        var methods = new KernelMethods(code.Image);
        _kernels = [.. names.Select(name => Load(accelerator, methods, name))];
    }

    public override void Launch(in DeviceLaunch launch, DeviceBlock memory)
    {
        var view = ((IlgpuBlock)memory).View;
        var places = view.SubView(launch.Places, launch.PlaceCount * sizeof(long)).Cast<long>();
        try
        {
            _kernels[launch.Kernel](_stream, new KernelConfig(launch.Groups, _threads[launch.Kernel]), view, places, launch.First, launch.Iteration);
        }
        catch (AcceleratorException cause)
        {
            throw DriverCall.Failure(_stream.Accelerator, cause);
        }
    }

    private static DeviceKernel Load(Accelerator accelerator, KernelMethods methods, string name)
    {
        var method = methods[name];
        try
        {
            return accelerator.LoadKernel(method.CreateDelegate<Action<ArrayView<byte>, ArrayView<long>, int, long>>());
        }
        catch (Exception exception)
        {
            throw new DeviceException(
                $"ILGPU cannot translate kernel {name}: {exception.Message} The device is unusable from here on: dispose it. This is a defect of GraphForge; please report it with the kernel's text.", exception);
        }
    }
}
