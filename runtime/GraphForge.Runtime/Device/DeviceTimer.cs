namespace GraphForge.Runtime.Device;

/// <summary>Marks between the launches of a run, and the time the device took from one to the next.</summary>
public abstract class DeviceTimer : IDisposable
{
    /// <summary>Sets a mark after everything that was launched.</summary>
    public abstract void Mark();

    /// <summary>Time from mark <paramref name="index"/> to the next one. Waits for the device.</summary>
    public abstract TimeSpan After(int index);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <param name="disposing">Whether it is asked for, and not the garbage collector's doing.</param>
    protected abstract void Dispose(bool disposing);
}
