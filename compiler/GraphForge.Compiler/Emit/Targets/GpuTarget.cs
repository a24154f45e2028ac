using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Runtime.Device;

namespace GraphForge.Compiler.Emit.Targets;

/// <summary>What tensor cores may be used for.</summary>
public enum TensorCoreUse
{
    /// <summary>Nothing: products and sums are float32, as everywhere else.</summary>
    None,

    /// <summary>Products of float16 and bfloat16, which are exact, added up in an order that the device decides.</summary>
    Halves,

    /// <summary>Also products of float32, which is rounded to 10 bits behind the point before (tf32).</summary>
    RoundedFloats,
}

/// <summary>What the compiler needs to know about a GPU: schedules follow from these figures and from shapes alone.</summary>
/// <param name="Multiprocessors">Groups run on one each; several at a time where they fit.</param>
/// <param name="WarpThreads">Threads that step together.</param>
/// <param name="MostThreads">Threads of a group at most; a power of 2.</param>
/// <param name="SharedBytes">Memory that the threads of a group can share.</param>
/// <param name="ResidentThreads">Threads that a multiprocessor keeps going at a time, to hide the time memory takes.</param>
/// <param name="ThreadRegisters">Registers of 32 bits that a thread can have while half of the resident threads stay.</param>
public sealed record GpuTarget(
    int Multiprocessors, int WarpThreads, int MostThreads, int SharedBytes, int ResidentThreads, int ThreadRegisters)
{
    /// <summary>A device of the middle: what is compiled for without a device at hand runs everywhere, and well on most.</summary>
    public static GpuTarget Common { get; } = new(64, 32, 1024, 48 * 1024, 2048, 64);

    /// <summary>The compiler's view of a device.</summary>
    /// <param name="limits">The device's figures.</param>
    /// <param name="tensorCores">What its tensor cores may be used for, if it has some.</param>
    public static GpuTarget Of(DeviceLimits limits, TensorCoreUse tensorCores = TensorCoreUse.None) => new(
        limits.Multiprocessors, limits.WarpThreads, limits.MostThreads, limits.SharedBytes, limits.ResidentThreads, Common.ThreadRegisters)
    {
        HasShuffles = limits.HasShuffles,
        TensorCores = limits.HasTensorCores ? tensorCores : TensorCoreUse.None,
        HostBytesPerSecond = limits.HostBytesPerSecond,
        Registers = Known(limits.Registers, Common.Registers),
        MultiprocessorSharedBytes = Known(limits.MultiprocessorSharedBytes, Common.MultiprocessorSharedBytes),
        MostGroups = Known(limits.ResidentGroups, Common.MostGroups),
        Lanes = Known(limits.Lanes, Common.Lanes),
    };

    /// <summary>
    /// Whether threads of a warp read each other's registers: on CUDA, and in ILGPU's simulation. OpenCL has no such instruction that every
    /// device knows; there they go by way of shared memory.
    /// </summary>
    public bool HasShuffles { get; init; }

    /// <summary>What tensor cores may be used for; they are asked for, and are those of CUDA devices of compute capability 8.0 and up.</summary>
    public TensorCoreUse TensorCores { get; init; }

    /// <summary>Registers of 32 bits of a multiprocessor: 64 K on every CUDA device since compute capability 5.0.</summary>
    public int Registers { get; init; } = 64 * 1024;

    /// <summary>Memory that all groups at work on a multiprocessor can share: the least of CUDA devices from 8.0 on, those of 8.6 and 8.9.</summary>
    public int MultiprocessorSharedBytes { get; init; } = 100 * 1024;

    /// <summary>Groups that a multiprocessor keeps going at a time, at most: likewise the least, that of 8.6.</summary>
    public int MostGroups { get; init; } = 16;

    /// <summary>Products of float32 that a multiprocessor does in a cycle: 128 on CUDA devices from 8.6 on, 64 on 8.0.</summary>
    public int Lanes { get; init; } = 128;

    /// <summary>Threads that a multiprocessor needs to have something to do while others wait for memory. Assumed: no device was measured.</summary>
    public int LatencyThreads { get; init; } = 512;

    /// <summary>Cycles that the loads of a slice into shared memory and two barriers take, whatever its size. Assumed likewise.</summary>
    public int SliceCycles { get; init; } = 300;

    private static int Known(int told, int usual) => told > 0 ? told : usual;

    /// <summary>Groups that a multiprocessor keeps going at a time.</summary>
    /// <param name="threads">Of a group.</param>
    /// <param name="sharedBytes">Memory that the threads of a group share.</param>
    /// <param name="registers">Registers of a thread.</param>
    public int ResidentGroups(int threads, long sharedBytes, int registers)
    {
        var whole = IntegerArithmetic.CeilingDivide(threads, WarpThreads) * WarpThreads;
        long[] limits = [MostGroups, ResidentThreads / whole, MultiprocessorSharedBytes / Math.Max(1, sharedBytes), Registers / (whole * Math.Max(1, registers))];
        return (int)Math.Max(1, limits.Min());
    }

    /// <summary>Bytes a second between the device and memory of the host; 0 where no value is to wait there.</summary>
    public long HostBytesPerSecond { get; init; }

    /// <summary>Threads of a group where nothing asks for another number: enough to fill a multiprocessor with a few groups.</summary>
    public int UsualThreads => Math.Min(256, MostThreads);

    /// <summary>Threads that run at a time on all of the device.</summary>
    public long Parallelism => (long)Multiprocessors * ResidentThreads;

    /// <summary>
    /// Threads a group for so much independent work: a whole group, or where that would leave multiprocessors idle, less, down to
    /// a warp. A power of 2.
    /// </summary>
    public int GroupThreads(long work)
    {
        var threads = UsualThreads;
        var least = Math.Min(WarpThreads, UsualThreads);
        while (threads > least && work < (long)threads * Multiprocessors) threads /= 2;
        return threads;
    }
}
