namespace GraphForge.Runtime.Device;

/// <summary>A device's copy of a state. It is written when a run needs it and the state has changed elsewhere since.</summary>
/// <param name="device">Where it is.</param>
/// <param name="range">Its bytes.</param>
internal sealed class DeviceState(ComputeDevice device, DeviceRange range) : IElementSource
{
    private long _version = -1;
    private int _generation;

    public long Offset => range.Offset;

    public Lock Turn => device.Turn;

    /// <summary>Before a run: brings the copy up to date.</summary>
    public unsafe void Update(StateBuffer state)
    {
        if (_version == state.Version && _generation == device.Memory.Generation) return;
        state.BringHome();
        DeviceTransfer.Write(device.Memory.Block, Offset, (byte*)state.Address, state.Bytes);
        (_version, _generation) = (state.Version, device.Memory.Generation);
    }

    /// <summary>After a run that has changed the copy.</summary>
    public void Changed(StateBuffer state)
    {
        state.ChangedAt(this);
        _version = state.Version;
    }

    /// <summary>Gives its bytes back: no program uses it.</summary>
    public void Release() => range.Release();

    public unsafe void Read(nint address, long bytes)
    {
        if (device.IsDisposed)
            throw new DeviceException($"The newest elements of a state were on {device.Name}, which failed and was disposed: load the parameters anew.");
        DeviceTransfer.Read(device.Memory.Block, Offset, (byte*)address, bytes);
    }
}
