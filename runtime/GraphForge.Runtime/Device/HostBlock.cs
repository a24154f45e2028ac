namespace GraphForge.Runtime.Device;

/// <summary>
/// Memory of the process, locked in its pages, that a device copies to and from by itself: where values wait that the device has no room
/// for. Copies follow launches and each other in the order they are asked for, and nobody waits for them.
/// </summary>
public abstract class HostBlock : IDisposable
{
    /// <summary>Size.</summary>
    public abstract long Bytes { get; }

    /// <summary>Copies bytes from the device, after everything that was launched before.</summary>
    /// <param name="block">Where they are.</param>
    /// <param name="from">Offset of the first there.</param>
    /// <param name="to">Offset of the first here.</param>
    /// <param name="bytes">Their number, at least 1; within both.</param>
    public abstract void Store(DeviceBlock block, long from, long to, long bytes);

    /// <summary>Copies bytes to the device, after everything that was launched before, copies included.</summary>
    /// <param name="from">Offset of the first here.</param>
    /// <param name="block">Where they go.</param>
    /// <param name="to">Offset of the first there.</param>
    /// <param name="bytes">Their number, at least 1; within both.</param>
    public abstract void Fetch(long from, DeviceBlock block, long to, long bytes);

    /// <summary>Waits for the copies that were asked for, and gives the memory back.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <param name="disposing">Whether it is asked for, and not the garbage collector's doing.</param>
    protected abstract void Dispose(bool disposing);
}
