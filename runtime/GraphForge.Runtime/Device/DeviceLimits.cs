namespace GraphForge.Runtime.Device;

/// <summary>The figures of a device that schedules follow from.</summary>
/// <param name="Multiprocessors">Processors that groups of threads are shared among.</param>
/// <param name="WarpThreads">Threads that step together.</param>
/// <param name="MostThreads">Threads of a group at most.</param>
/// <param name="SharedBytes">Memory that the threads of a group can share.</param>
/// <param name="ResidentThreads">Threads that a multiprocessor keeps going at a time.</param>
/// <param name="MemoryBytes">Memory in all.</param>
public sealed record DeviceLimits(int Multiprocessors, int WarpThreads, int MostThreads, int SharedBytes, int ResidentThreads, long MemoryBytes)
{
    /// <summary>Whether threads of a warp can read each other's registers.</summary>
    public bool HasShuffles { get; init; }

    /// <summary>Whether there are tensor cores that take <c>mma.sync</c>: those of CUDA devices of compute capability 8.0 and up.</summary>
    public bool HasTensorCores { get; init; }

    /// <summary>Registers of 32 bits of a multiprocessor; 0 where the driver does not tell, as for the figures below.</summary>
    public int Registers { get; init; }

    /// <summary>Memory that all groups at work on a multiprocessor can share.</summary>
    public int MultiprocessorSharedBytes { get; init; }

    /// <summary>Groups that a multiprocessor keeps going at a time, at most.</summary>
    public int ResidentGroups { get; init; }

    /// <summary>Products of float32 that a multiprocessor does in a cycle.</summary>
    public int Lanes { get; init; }

    /// <summary>
    /// Bytes a second that it copies from locked pages of the process, or to them; 0 where no value is to wait there. It decides which
    /// values a memory budget moves there, never results.
    /// </summary>
    public long HostBytesPerSecond { get; init; }
}
