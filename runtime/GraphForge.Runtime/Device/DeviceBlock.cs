namespace GraphForge.Runtime.Device;

/// <summary>A block of a device's memory.</summary>
public abstract class DeviceBlock : IDisposable
{
    /// <summary>Size.</summary>
    public abstract long Bytes { get; }

    /// <summary>Copies bytes to the device, after everything that was launched before. They may be changed once this returns.</summary>
    /// <param name="offset">Where they go, from the start of the block.</param>
    /// <param name="bytes">Within the block.</param>
    public abstract void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Waits for everything that was launched, and copies bytes from the device.</summary>
    /// <param name="offset">Where they are, from the start of the block.</param>
    /// <param name="bytes">Receives them.</param>
    /// <exception cref="DeviceException">Something that was launched failed.</exception>
    public abstract void Read(long offset, Span<byte> bytes);

    /// <summary>Copies bytes within the block, after everything that was launched before.</summary>
    /// <param name="from">Offset of the first.</param>
    /// <param name="to">Where it goes; the parts do not overlap.</param>
    /// <param name="bytes">Their number.</param>
    public abstract void Copy(long from, long to, long bytes);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <param name="disposing">Whether it is asked for, and not the garbage collector's doing.</param>
    protected abstract void Dispose(bool disposing);
}
