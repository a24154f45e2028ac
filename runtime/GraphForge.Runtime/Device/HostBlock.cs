namespace GraphForge.Runtime.Device;

/// <summary>
/// Memory of the process, locked in its pages, that a device copies to and from by itself: where values wait that the device has no room
/// for. A copy follows everything that was launched before it and the copies that were asked for before. What is launched later does not wait
/// for it until it is told to.
/// </summary>
public abstract class HostBlock : IDisposable
{
    /// <summary>Size.</summary>
    public abstract long Bytes { get; }

    /// <summary>Copies bytes from the device.</summary>
    /// <param name="block">Where they are.</param>
    /// <param name="from">Offset of the first there.</param>
    /// <param name="to">Offset of the first here.</param>
    /// <param name="bytes">Their number, at least 1; within both.</param>
    /// <returns>The number of the copy; the next one's is greater by 1.</returns>
    public abstract long Store(DeviceBlock block, long from, long to, long bytes);

    /// <summary>Copies bytes to the device.</summary>
    /// <param name="from">Offset of the first here.</param>
    /// <param name="block">Where they go.</param>
    /// <param name="to">Offset of the first there.</param>
    /// <param name="bytes">Their number, at least 1; within both.</param>
    /// <returns>The number of the copy; the next one's is greater by 1.</returns>
    public abstract long Fetch(long from, DeviceBlock block, long to, long bytes);

    /// <summary>Has everything that is launched from here on wait for a copy, and for those before it.</summary>
    /// <param name="copy">Its number.</param>
    public abstract void Await(long copy);

    /// <summary>Waits for the copies that were asked for, and gives the memory back.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <param name="disposing">Whether it is asked for, and not the garbage collector's doing.</param>
    protected abstract void Dispose(bool disposing);
}
