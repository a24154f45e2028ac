namespace GraphForge.Runtime.Device;

/// <summary>Memory of the process that a device reads by itself, while it works.</summary>
public abstract class DeviceUpload : IDisposable
{
    /// <summary>To be written before <see cref="Start"/>, and not again before <see cref="Finish"/>.</summary>
    public abstract Span<byte> Bytes { get; }

    /// <summary>Begins to copy all of <see cref="Bytes"/> to the device, beside whatever else it does.</summary>
    /// <param name="block">Where they go; nothing that runs touches that part.</param>
    /// <param name="offset">Of their first byte there.</param>
    public abstract void Start(DeviceBlock block, long offset);

    /// <summary>Waits until they are there.</summary>
    public abstract void Finish();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <param name="disposing">Whether it is asked for, and not the garbage collector's doing.</param>
    protected abstract void Dispose(bool disposing);
}
