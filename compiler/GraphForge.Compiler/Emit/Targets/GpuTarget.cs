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
    };

    /// <summary>
    /// Whether threads of a warp read each other's registers: on CUDA, and in ILGPU's simulation. OpenCL has no such instruction that every
    /// device knows; there they go by way of shared memory.
    /// </summary>
    public bool HasShuffles { get; init; }

    /// <summary>What tensor cores may be used for; they are asked for, and are those of CUDA devices of compute capability 8.0 and up.</summary>
    public TensorCoreUse TensorCores { get; init; }

    /// <summary>Threads that a multiprocessor needs to have something to do while some wait for memory.</summary>
    public int LatencyThreads { get; init; } = 512;

    /// <summary>Cycles that the loads of a slice into shared memory and two barriers take, whatever its size.</summary>
    public int SliceCycles { get; init; } = 300;

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
