using System.Runtime.InteropServices;

namespace GraphForge.Runtime.Device;

/// <summary>
/// A compiled program on a device. A run is launches one after the other, and allocates no memory of the device. States stay on the device
/// from run to run; whoever reads one elsewhere brings it home. Safe for several threads, whose runs follow each other:
/// <code>
/// using var run = program.Rent();
/// run.SetInput&lt;float&gt;(0, x);
/// run.Run();
/// run.GetOutput&lt;float&gt;(0, y);
/// </code>
/// </summary>
public sealed class DeviceProgram : IProgram
{
    private readonly ComputeDevice _device;
    private readonly DeviceKernels _kernels;
    private readonly DeviceRange _own;
    private readonly StateBuffer[] _states;
    private readonly DeviceState[] _copies;
    private readonly int[] _written;
    private readonly int[] _inputs;
    private readonly int[] _outputs;
    private readonly byte[]?[] _read;
    private readonly PreparedVersions? _prepared;
    private readonly StagedInputs? _staged;
    private readonly long[] _inputPlaces;
    private readonly long _ownBytes;
    private readonly long _hostBytes;
    private DeviceLayout? _layout;
    private int _generation;
    private long _arena;

    /// <param name="device">Where it runs.</param>
    /// <param name="plan">The program; it is verified here.</param>
    /// <param name="code">Its kernels.</param>
    /// <param name="states">The states that the plan's state buffers index.</param>
    /// <exception cref="InvalidPlanException">The plan is not consistent.</exception>
    /// <exception cref="ArgumentException">Kernels or states do not fit the plan.</exception>
    /// <exception cref="InvalidOperationException">A run of this thread on the device is under way.</exception>
    /// <exception cref="DeviceException">The program does not fit the device, or a kernel cannot be translated for it.</exception>
    public DeviceProgram(ComputeDevice device, ExecutionPlan plan, DeviceCode code, IReadOnlyList<StateBuffer> states)
    {
        PlanVerifier.Verify(plan);
        (_device, Plan, _states) = (device, plan, [.. states]);
        (_ownBytes, _hostBytes) = (DeviceLayout.OwnBytes(plan), plan.HostBytes);
        Check(device, plan, code);
        CompiledProgram.CheckStates(plan, states);
        _written = [.. plan.Steps.SelectMany(s => s.Writes).Distinct().Where(b => plan.Buffers[b].Kind == BufferKind.State)
            .Select(b => (int)plan.Buffers[b].Offset).Distinct()];
        (_inputs, _outputs) = (Positions(BufferKind.Input), Positions(BufferKind.Output));
        (_read, _inputPlaces) = (new byte[]?[_outputs.Length], new long[_inputs.Length]);
        var staged = StagedInputs.Of(plan);
        if (staged.Count > 0) _staged = new StagedInputs(device, staged);
        if (plan.Preparation is { } preparation) _prepared = new PreparedVersions(preparation, _states);
        CheckTurn();
        lock (device.Turn)
        {
            device.CheckUsable();
            _kernels = device.Load(code, plan.KernelNames);
            (_copies, _own) = Reserve(_ownBytes + StagedInputs.Bytes(staged));
        }
    }

    public ExecutionPlan Plan { get; }

    /// <summary>Index of an input; −1 where the plan reads none of that name.</summary>
    public int FindInput(string name) => Array.FindIndex(_inputs, b => Plan.Buffers[b].Name == name);

    /// <summary>Index of an output; −1 where there is none of that name.</summary>
    public int FindOutput(string name) => Array.FindIndex(_outputs, b => Plan.Buffers[b].Name == name);

    /// <summary>The device for one run, once the runs of other threads have ended. To be disposed on the same thread.</summary>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another run of this thread on the device is under way.</exception>
    /// <exception cref="DeviceException">The device has less memory free than the program was compiled for.</exception>
    public DeviceRun Rent()
    {
        CheckTurn();
        // Before this device is held, as that another one may be waited for.
        for (var i = 0; i < _states.Length; i++) _states[i].BringHomeUnlessAt(_copies[i]);
        _device.Turn.Enter();
        try
        {
            _device.CheckUsable();
            Place();
            return new DeviceRun(this);
        }
        catch
        {
            _device.Turn.Exit();
            throw;
        }
    }

    PlanBuffer IProgram.OutputBuffer(int index) => Plan.Buffers[_outputs[index]];

    IProgramRun IProgram.RentRun() => new BufferedRun(this, _inputs.Select(b => Plan.Buffers[b]), _outputs.Select(b => Plan.Buffers[b]));

    /// <summary>
    /// Takes the value of an input for the next run while this thread's run is at work, so that it is copied meanwhile. Once every input was
    /// given so, the next run uses them, unless it is given others. Whatever ran before this thread's run was waited for.
    /// </summary>
    /// <exception cref="ArgumentException">It has another size.</exception>
    internal void Stage<T>(int index, ReadOnlySpan<T> values) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        Buffer("input", _inputs, index, bytes.Length);
        _staged?.Give(index, bytes, _own.Offset + _ownBytes);
    }

    /// <summary>Whether the next run has all of its inputs from <see cref="Stage"/>.</summary>
    internal bool HasStaged => _staged is { IsWhole: true };

    internal void Return() => _device.Turn.Exit();

    internal void SetInput(int index, ReadOnlySpan<byte> bytes)
    {
        var buffer = Buffer("input", _inputs, index, bytes.Length);
        _staged?.Forget();
        if (buffer.Bytes > 0) _device.Memory.Block.Write(_layout!.Main.Offsets[_inputs[index]], bytes);
    }

    internal void GetOutput(int index, Span<byte> bytes)
    {
        var buffer = Buffer("output", _outputs, index, bytes.Length);
        if (buffer.Bytes > 0) _device.Memory.Block.Read(_layout!.Main.Offsets[_outputs[index]], bytes);
    }

    internal ReadOnlySpan<byte> OutputBytes(int index)
    {
        var buffer = Plan.Buffers[_outputs[index]];
        var bytes = _read[index] ??= new byte[TensorLayout.SpanLength(buffer.Name, buffer.Bytes)];
        GetOutput(index, bytes);
        return bytes;
    }

    internal void Run()
    {
        Begin();
        try
        {
            new DeviceWalk(_layout!.Main, _kernels, _device.Memory, _layout).Run();
        }
        finally
        {
            End();
        }
    }

    internal void Profile(Span<long> ticks)
    {
        Begin();
        using var timer = _device.StartTimer();
        try
        {
            new DeviceWalk(_layout!.Main, _kernels, _device.Memory, _layout).Profile(timer, ticks);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Room for states that are not on the device yet, and for what the program alone keeps; none is taken where it does not fit.</summary>
    private (DeviceState[] Copies, DeviceRange Own) Reserve(long ownBytes)
    {
        var memory = _device.Memory;
        var added = _states.Where(s => !memory.Holds(s)).ToArray();
        var own = memory.Reserve(ownBytes);
        try
        {
            DeviceState[] copies = [.. _states.Select(memory.StateOf)];
            memory.Grow(Plan.ArenaBytes);
            memory.GrowHost(_hostBytes);
            return (copies, own);
        }
        catch
        {
            own.Release();
            foreach (var state in added) memory.Forget(state);
            throw;
        }
    }

    /// <summary>Programs of a device share its arena: the second of two runs at once would write over the first.</summary>
    private void CheckTurn()
    {
        if (_device.Turn.IsHeldByCurrentThread)
            throw new InvalidOperationException($"A run of this thread on {_device.Name} is under way: end it before another one begins, or a program is loaded.");
    }

    private static void Check(ComputeDevice device, ExecutionPlan plan, DeviceCode code)
    {
        if (code.GroupThreads.Count != plan.KernelNames.Count || code.Ptx.Count != 0 && code.Ptx.Count != plan.KernelNames.Count)
            throw new ArgumentException($"Plan '{plan.Name}' has {plan.KernelNames.Count} kernels but was given {code.GroupThreads.Count}.", nameof(code));
        for (var i = 0; i < plan.KernelNames.Count; i++)
            if (code.GroupThreads[i] > device.Limits.MostThreads)
                throw new DeviceException(
                    $"Kernel {plan.KernelNames[i]} has groups of {code.GroupThreads[i]} threads, and {device.Name} takes at most {device.Limits.MostThreads}. Compile the program for this device's limits.");
    }

    private int[] Positions(BufferKind kind) => [.. Plan.Buffers.Index().Where(b => b.Item.Kind == kind).Select(b => b.Index)];

    /// <summary>Writes places and constants, where the block is another one than at the last run, or its parts have moved.</summary>
    private void Place()
    {
        var memory = _device.Memory;
        memory.Grow(Plan.ArenaBytes);
        memory.GrowHost(_hostBytes);
        if (_layout is not null && _generation == memory.Generation && _arena == memory.Arena) return;
        _layout = new DeviceLayout(Plan, memory.Arena, _own.Offset, state => _copies[state].Offset);
        for (var i = 0; i < _inputs.Length; i++) _inputPlaces[i] = _layout.Main.Offsets[_inputs[i]];
        memory.Block.Write(_layout.Table, MemoryMarshal.AsBytes(_layout.Places.ToArray().AsSpan()));
        if (_generation != memory.Generation)
        {
            if (_layout.Preparation is { } preparation) WriteConstants(preparation);
            WriteConstants(_layout.Main);
            _prepared?.Forget();
            _staged?.Forget();
        }
        (_generation, _arena) = (memory.Generation, memory.Arena);
    }

    private void WriteConstants(DeviceSection section)
    {
        foreach (var (buffer, offset) in section.Plan.Buffers.Zip(section.Offsets).Where(b => b.First.Kind == BufferKind.Constant && b.First.Bytes > 0))
            _device.Memory.Block.Write(offset, section.Plan.Constants[(int)buffer.Offset]);
    }

    private void Begin()
    {
        _staged?.Take(_own.Offset + _ownBytes, _inputPlaces);
        for (var i = 0; i < _states.Length; i++) _copies[i].Update(_states[i]);
        if (_prepared is null || _prepared.AreCurrent) return;
        new DeviceWalk(_layout!.Preparation!, _kernels, _device.Memory, _layout).Run();
        _prepared.Note();
    }

    private void End()
    {
        foreach (var state in _written) _copies[state].Changed(_states[state]);
    }

    private PlanBuffer Buffer(string kind, int[] buffers, int index, int bytes)
    {
        var buffer = Plan.Buffers[buffers[index]];
        return buffer.Bytes == bytes ? buffer
            : throw new ArgumentException($"The {kind} '{buffer.Name}' of '{Plan.Name}' takes {buffer.Bytes} bytes, and {bytes} were given.", nameof(bytes));
    }
}
