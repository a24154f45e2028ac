using System.Reflection;

namespace GraphForge.Runtime.Device;

/// <summary>
/// A device with memory of its own that programs run on, one run at a time. The package GraphForge.Runtime.Ilgpu has those that CUDA and
/// OpenCL drive. All programs of a device share one block of its memory: what lasts, then an arena in which they take turns. Safe for
/// several threads, which wait for each other.
/// </summary>
public abstract class ComputeDevice : IDisposable
{
    protected ComputeDevice() => Memory = new DeviceMemory(this);

    /// <summary>As its driver calls it.</summary>
    public abstract string Name { get; }

    /// <summary>What schedules follow from.</summary>
    public abstract DeviceLimits Limits { get; }

    /// <summary>Bytes of its memory that nobody holds at this moment; all there are where its driver does not tell.</summary>
    public abstract long FreeBytes { get; }

    /// <summary>What the text of kernels is compiled against.</summary>
    public abstract Assembly KernelApi { get; }

    /// <summary>Bytes of its memory that programs hold.</summary>
    public long HeldBytes => Memory.Bytes;

    internal bool IsDisposed { get; private set; }

    internal DeviceMemory Memory { get; }

    /// <summary>Held by whoever runs a program, or changes what is in memory.</summary>
    internal Lock Turn { get; } = new();

    /// <summary>Brings home the states whose newest elements are here, and gives all memory back. Programs loaded here no longer run.</summary>
    public void Dispose()
    {
        lock (Turn)
        {
            if (IsDisposed) return;
            try
            {
                Memory.Release();
            }
            finally
            {
                IsDisposed = true;
                Dispose(true);
            }
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>What a program with these states may take: what nobody holds, what is the arena's, and what the states hold here already.</summary>
    internal long AvailableTo(IEnumerable<StateBuffer> states)
    {
        CheckUsable();
        return Math.Max(0, FreeBytes + HeldBytes - Memory.LastingBytes + states.Sum(Memory.BytesOf));
    }

    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    internal void CheckUsable() => ObjectDisposedException.ThrowIf(IsDisposed, this);

    /// <summary>A new block of memory, whose content is undefined.</summary>
    /// <exception cref="DeviceException">There is not so much.</exception>
    protected internal abstract DeviceBlock Allocate(long bytes);

    /// <summary>Loads kernels, in the order of their names.</summary>
    /// <exception cref="DeviceException">A kernel cannot be translated, or takes more than the device has.</exception>
    protected internal abstract DeviceKernels Load(DeviceCode code, IReadOnlyList<string> names);

    protected internal abstract DeviceTimer StartTimer();

    /// <summary>Memory of the process, of so many bytes, that the device reads while it works.</summary>
    protected internal abstract DeviceUpload CreateUpload(long bytes);

    /// <summary>Memory of the process, of so many bytes, where values of programs wait. Its content is undefined.</summary>
    /// <exception cref="DeviceException">The process cannot have so much.</exception>
    protected internal abstract HostBlock CreateHostBlock(long bytes);

    /// <param name="disposing">Whether it is asked for, and not the garbage collector's doing.</param>
    protected abstract void Dispose(bool disposing);
}
