using GraphForge.Runtime.Device;

namespace GraphForge.Execution;

/// <summary>The memory of one run, to be given back. A struct over all kinds of program, so that renting allocates nothing.</summary>
internal readonly struct RunLease : IDisposable
{
    private readonly Runtime.RunContext? _compiled;
    private readonly DeviceRun? _device;
    private readonly ReferenceRun? _reference;

    public RunLease(Runtime.RunContext compiled) => _compiled = compiled;

    public RunLease(DeviceRun device) => _device = device;

    public RunLease(ReferenceRun reference) => _reference = reference;

    /// <summary>Sets input <paramref name="index"/>; one the program does not read has index -1 and is skipped.</summary>
    public void SetInput<T>(int index, ReadOnlySpan<T> values) where T : unmanaged
    {
        if (index < 0) return;
        if (_compiled is not null) _compiled.SetInput(index, values);
        else if (_device is { } device) device.SetInput(index, values);
        else _reference!.SetInput(index, values);
    }

    /// <summary>Sets input <paramref name="index"/> from an array of its type and size; -1 is skipped.</summary>
    public void SetInput(int index, in NamedArray values)
    {
        if (index < 0) return;
        if (_compiled is not null) values.Bytes.CopyTo(_compiled.InputBytes(index));
        else if (_device is { } device) device.SetInput<byte>(index, values.Bytes);
        else _reference!.SetInput(index, values.Bytes);
    }

    /// <summary>Whether all inputs were staged, and none need be set.</summary>
    public bool HasStaged => _device is { HasStaged: true };

    /// <summary>Runs, or starts what runs elsewhere.</summary>
    public void Run()
    {
        if (_compiled is not null) _compiled.Run();
        else if (_device is { } device) device.Run();
        else _reference!.Run();
    }

    /// <summary>Runs and notes the ticks of each step; a program without kernels notes nothing.</summary>
    public void Profile(Span<long> ticks)
    {
        if (_compiled is not null) _compiled.Profile(ticks);
        else if (_device is { } device) device.Profile(ticks);
        else _reference!.Run();
    }

    public void GetOutput<T>(int index, Span<T> destination) where T : unmanaged
    {
        if (_compiled is not null) _compiled.GetOutput(index, destination);
        else if (_device is { } device) device.GetOutput(index, destination);
        else _reference!.GetOutput(index, destination);
    }

    /// <summary>The bytes of output <paramref name="index"/>, until the lease is given back.</summary>
    public ReadOnlySpan<byte> OutputBytes(int index) =>
        _compiled is not null ? _compiled.OutputBytes(index) : _device is { } device ? device.OutputBytes(index) : _reference!.OutputBytes(index);

    public void Dispose()
    {
        _compiled?.Dispose();
        _device?.Dispose();
    }
}
