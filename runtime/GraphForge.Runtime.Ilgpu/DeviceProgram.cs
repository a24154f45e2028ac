using System.Runtime.InteropServices;
using GraphForge.Runtime.Device;
using ILGPU;
using ILGPU.Runtime;
using DeviceKernel = System.Action<ILGPU.Runtime.AcceleratorStream, ILGPU.KernelConfig, ILGPU.ArrayView<byte>, ILGPU.ArrayView<long>, int, long>;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>
/// A compiled program on a device: parameters, constants and every intermediate stand in one block of its memory, which is allocated
/// here and never grows. A run is launches in one stream, and allocates no memory of the device. For one thread at a time.
/// </summary>
public sealed class DeviceProgram : IDisposable
{
    private readonly Accelerator _accelerator;
    private readonly DeviceLayout _layout;
    private readonly KernelMethods _methods;
    private readonly DeviceKernel[] _kernels;
    private readonly IReadOnlyList<int> _groupThreads;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _memory;
    private readonly MemoryBuffer1D<long, Stride1D.Dense> _places;
    private readonly bool _changesStates;
    private bool _isPrepared;

    /// <param name="device">Where it runs; it must outlive the program.</param>
    /// <param name="plan">The program.</param>
    /// <param name="code">Its kernels.</param>
    /// <exception cref="DeviceException">The program does not fit the device, or ILGPU cannot translate a kernel.</exception>
    public DeviceProgram(Device device, ExecutionPlan plan, DeviceCode code)
    {
        Plan = plan;
        (_accelerator, _groupThreads, _layout) = (device.Accelerator, code.GroupThreads, DeviceLayout.Of(plan));
        _changesStates = plan.Steps.Any(s => s.Writes.Any(b => plan.Buffers[b].Kind == BufferKind.State));
        Check(device, plan, code);
        _methods = new KernelMethods(code.Image);
        _kernels = [.. plan.KernelNames.Select(Load)];
        try
        {
            _memory = _accelerator.Allocate1D<byte>(_layout.Bytes);
            _places = _accelerator.Allocate1D<long>(Math.Max(1, _layout.Places.Count));
        }
        catch (Exception exception) when (exception is AcceleratorException or OutOfMemoryException)
        {
            _memory?.Dispose();
            throw new DeviceException(
                $"'{plan.Name}' takes {_layout.Bytes >> 20} MiB, which {device.Name} has not free. Compile it with a smaller MemoryBudget, or free what else holds the device's memory.", exception);
        }
        if (_layout.Places.Count > 0) _places.View.BaseView.CopyFromCPU(_accelerator.DefaultStream, _layout.Places.ToArray());
        foreach (var section in Sections) WriteConstants(section);
    }

    public ExecutionPlan Plan { get; }

    /// <summary>Bytes of the device's memory that the program holds.</summary>
    public long MemoryBytes => _layout.Bytes;

    private IEnumerable<DeviceSection> Sections => new[] { _layout.Preparation, _layout.Main }.OfType<DeviceSection>();

    /// <summary>Copies the value of an input to the device, for one run: what a run no longer needs gives its memory to other values.</summary>
    /// <exception cref="ArgumentException">There is no such input, or it has another size.</exception>
    public void SetInput<T>(string name, ReadOnlySpan<T> value) where T : unmanaged => Write(BufferKind.Input, name, MemoryMarshal.AsBytes(value));

    /// <summary>Copies the value of a state to the device. What was prepared from states is prepared again by the next run.</summary>
    /// <exception cref="ArgumentException">There is no such state, or it has another size.</exception>
    public void SetState<T>(string name, ReadOnlySpan<T> value) where T : unmanaged
    {
        Write(BufferKind.State, name, MemoryMarshal.AsBytes(value));
        _isPrepared = false;
    }

    /// <summary>Copies an output of the last run.</summary>
    /// <exception cref="ArgumentException">There is no such output, or it has another size.</exception>
    public void GetOutput<T>(string name, Span<T> value) where T : unmanaged => Read(BufferKind.Output, name, MemoryMarshal.AsBytes(value));

    /// <summary>Copies a state.</summary>
    /// <exception cref="ArgumentException">There is no such state, or it has another size.</exception>
    public void GetState<T>(string name, Span<T> value) where T : unmanaged => Read(BufferKind.State, name, MemoryMarshal.AsBytes(value));

    /// <summary>Runs the program and waits for it. Every input was set since the last run.</summary>
    public void Run()
    {
        if (!_isPrepared && _layout.Preparation is { } preparation) Run(preparation);
        _isPrepared = !_changesStates;
        Run(_layout.Main);
        _accelerator.DefaultStream.Synchronize();
    }

    public void Dispose()
    {
        _memory.Dispose();
        _places.Dispose();
        _methods.Unload();
    }

    private static void Check(Device device, ExecutionPlan plan, DeviceCode code)
    {
        for (var i = 0; i < plan.KernelNames.Count; i++)
            if (code.GroupThreads[i] > device.Limits.MostThreads)
                throw new DeviceException(
                    $"Kernel {plan.KernelNames[i]} has groups of {code.GroupThreads[i]} threads, and {device.Name} takes at most {device.Limits.MostThreads}. Compile the program for this device's limits.");
    }

    private DeviceKernel Load(string name)
    {
        var method = _methods[name];
        try
        {
            return _accelerator.LoadKernel(method.CreateDelegate<Action<ArrayView<byte>, ArrayView<long>, int, long>>());
        }
        catch (Exception exception)
        {
            throw new DeviceException(
                $"ILGPU cannot translate kernel {name}: {exception.Message} The device is unusable from here on: dispose it. This is a defect of GraphForge; please report it with the kernel's text.", exception);
        }
    }

    private void Run(DeviceSection section) => Steps(section, 0, section.Plan.Steps.Count, 0, 0);

    /// <summary>Runs steps from <paramref name="first"/> to before <paramref name="end"/>, of whose loops those from <paramref name="loop"/> on are not yet entered.</summary>
    private void Steps(DeviceSection section, int first, int end, int loop, long iteration)
    {
        var loops = section.Plan.Loops;
        for (var index = first; index < end; index++)
        {
            while (loop < loops.Count && loops[loop].FirstStep < index) loop++;
            if (loop == loops.Count || loops[loop].FirstStep != index)
            {
                Launch(section, index, iteration);
                continue;
            }
            var entered = loops[loop];
            for (long i = 0; i < entered.Iterations && Holds(section, entered.Condition); i++)
                Steps(section, index, entered.End, loop + 1, LoopIteration.Within(iteration, entered, i));
            index = entered.End - 1;
        }
    }

    private void Launch(DeviceSection section, int index, long iteration)
    {
        var step = section.Plan.Steps[index];
        if (step.Tasks == 0) return;
        _kernels[step.Kernel](_accelerator.DefaultStream, new KernelConfig(step.Tasks, _groupThreads[step.Kernel]), _memory.View, _places.View, section.FirstPlaces[index], iteration);
    }

    private bool Holds(DeviceSection section, PlanCondition? condition)
    {
        if (condition is null) return true;
        Span<byte> flag = stackalloc byte[1];
        Copy(section.Offsets[condition.Buffer], flag);
        return flag[0] != 0 == condition.Value;
    }

    private void WriteConstants(DeviceSection section)
    {
        foreach (var (buffer, offset) in section.Plan.Buffers.Zip(section.Offsets).Where(b => b.First.Kind == BufferKind.Constant && b.First.Bytes > 0))
            _memory.View.BaseView.SubView(offset, buffer.Bytes).CopyFromCPU(_accelerator.DefaultStream, section.Plan.Constants[(int)buffer.Offset]);
    }

    private void Write(BufferKind kind, string name, ReadOnlySpan<byte> bytes)
    {
        var (offset, size) = Place(kind, name, bytes.Length);
        if (size > 0) _memory.View.BaseView.SubView(offset, size).CopyFromCPU(_accelerator.DefaultStream, bytes);
    }

    private void Read(BufferKind kind, string name, Span<byte> bytes)
    {
        var (offset, size) = Place(kind, name, bytes.Length);
        if (size > 0) Copy(offset, bytes);
    }

    private void Copy(long offset, Span<byte> bytes) => _memory.View.BaseView.SubView(offset, bytes.Length).CopyToCPU(_accelerator.DefaultStream, bytes);

    private (long Offset, long Bytes) Place(BufferKind kind, string name, long bytes)
    {
        var index = Plan.Buffers.Index().FirstOrDefault(b => b.Item.Kind == kind && b.Item.Name == name, (-1, null!)).Index;
        if (index < 0) throw new ArgumentException($"'{Plan.Name}' has no {kind.ToString().ToLowerInvariant()} '{name}'.", nameof(name));
        var buffer = Plan.Buffers[index];
        if (buffer.Bytes != bytes) throw new ArgumentException($"'{name}' of '{Plan.Name}' takes {buffer.Bytes} bytes, and {bytes} were given.", nameof(bytes));
        return (_layout.Main.Offsets[index], bytes);
    }
}
