using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Jit;
using GraphForge.Runtime.Device;

namespace GraphForge;

/// <summary>How a model is compiled and run. The defaults suit one training or one service on a machine of its own.</summary>
public sealed record CompileOptions
{
    public static CompileOptions Default { get; } = new();

    /// <summary>
    /// Threads of a run on the processor, the caller's included. Results do not depend on it, unless the working memory of more threads makes a
    /// <see cref="MemoryBudget"/> ask for other slices of the batch.
    /// </summary>
    public int Threads { get; init => field = AtLeastOne(value, nameof(Threads)); } = Environment.ProcessorCount;

    /// <summary>Decides initial values, the order of samples, and dropout. Same seed, same bytes.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Where programs run, and parameters are kept between runs; null for the processor. GraphForge.Runtime.Ilgpu opens devices:
    /// <c>Device.Cuda(0)</c>. It must outlive what is compiled for it.
    /// </summary>
    public ComputeDevice? Device { get; init; }

    /// <summary>
    /// What the tensor cores of a <see cref="Device"/> may be used for; nothing, unless it is allowed: <see cref="TensorCoreUse.RoundedFloats"/>
    /// rounds what is multiplied to 10 bits behind the point. Devices without them compute as ever.
    /// </summary>
    public TensorCoreUse TensorCores { get; init; }

    /// <summary>
    /// Most bytes one program may take in all: parameters and optimizer state, inputs, values of a run, constants, working memory, and
    /// on a device room for the inputs of a training's next step. A program that needs more gives values up and computes them again, or runs the batch in slices, which changes the order of sums,
    /// and is refused where that is not enough. <see cref="Training.Memory"/> tells what was chosen. Null for what the device has free
    /// when the program is compiled, but for a tenth; <see cref="long.MaxValue"/> for no limit.
    /// </summary>
    public long? MemoryBudget { get; init; }

    /// <summary>Where compiled kernels are kept between processes.</summary>
    public KernelCacheOptions KernelCache { get; init; } = KernelCacheOptions.Default;

    /// <summary>
    /// File of schedules that were measured to be faster than those the compiler's model picks, made by <see cref="Tune"/>; null to
    /// leave all to the model. It may be committed and serves every process; kernels it does not know are the model's.
    /// </summary>
    public string? ScheduleFile { get; init; }

    /// <summary>
    /// Searches schedules, before it compiles, for contractions that <see cref="ScheduleFile"/> lacks, and adds them to it; null
    /// for no search. What a schedule may change is the order of a sum: results of two files can differ as two orders of a sum do.
    /// </summary>
    public TuneOptions? Tune { get; init; }

    /// <summary>Folder that receives the IR after every pass and the kernels' source; by default what <c>GF_DUMP</c> names.</summary>
    public string? DumpFolder { get; init; } = Environment.GetEnvironmentVariable("GF_DUMP") is { Length: > 0 } folder ? folder : null;

    public Backend Backend { get; init; } = Backend.Compiled;

    /// <summary>Batch sizes that are kept compiled at once; the one unused for longest makes room.</summary>
    public int MaxBindings { get; init => field = AtLeastOne(value, nameof(MaxBindings)); } = 8;

    private static int AtLeastOne(int value, string name) => value >= 1
        ? value
        : throw new GraphException(ErrorCode.BadAttribute, $"CompileOptions.{name} must be at least 1 but is {value}.");
}

/// <summary>What executes a program.</summary>
public enum Backend
{
    /// <summary>Kernels compiled for this machine.</summary>
    Compiled,

    /// <summary>The naive interpreter, op by op and element by element: slow, and the yardstick for everything else.</summary>
    Reference,
}
