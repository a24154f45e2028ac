namespace GraphForge.Runtime;

/// <summary>Where the bytes of a buffer live.</summary>
public enum BufferKind : byte
{
    /// <summary>In the arena at a planned offset; filled by the caller before a run.</summary>
    Input,

    /// <summary>In the arena at a planned offset; holds a value for part of a run.</summary>
    Intermediate,

    /// <summary>In the arena at a planned offset; read by the caller after a run.</summary>
    Output,

    /// <summary>Caller-owned storage that outlives runs and may be written by them: parameters, optimizer state.</summary>
    State,

    /// <summary>Read-only data that belongs to the program.</summary>
    Constant,

    /// <summary>An output of the plan's preparation; shared by all runs, which read it only.</summary>
    Prepared,

    /// <summary>
    /// In memory of the process beside a device, at a planned offset: where a value waits that the device has no room for. Only
    /// <see cref="PlanStep.Transfer"/> steps touch it.
    /// </summary>
    Host,
}

/// <summary>One buffer of a plan.</summary>
/// <param name="Name">Name for people; inputs, outputs and states are found by it.</param>
/// <param name="Kind">Where the bytes live.</param>
/// <param name="Type">Element type.</param>
/// <param name="Dims">Extents, row-major. Empty for a scalar.</param>
/// <param name="Bytes">Size in bytes; the product of the extents times the element size.</param>
/// <param name="Offset">
/// Byte offset in the arena for <see cref="BufferKind.Input"/>, <see cref="BufferKind.Intermediate"/> and
/// <see cref="BufferKind.Output"/>; index into the program's constants for <see cref="BufferKind.Constant"/>; index into
/// the caller's states for <see cref="BufferKind.State"/>; index into the outputs of the preparation for
/// <see cref="BufferKind.Prepared"/>; byte offset in the program's host memory for <see cref="BufferKind.Host"/>.
/// </param>
public sealed record PlanBuffer(string Name, BufferKind Kind, DType Type, IReadOnlyList<long> Dims, long Bytes, long Offset)
{
    public bool InArena => Kind is BufferKind.Input or BufferKind.Intermediate or BufferKind.Output;
}

/// <summary>One call of a kernel, or a copy between the arena and host memory.</summary>
/// <param name="Kernel">Index of the kernel in the program's kernel list, or <see cref="Transfer"/>.</param>
/// <param name="Buffers">Indices into <see cref="ExecutionPlan.Buffers"/>, in the kernel's argument order.</param>
/// <param name="Tasks">The kernel's work is tasks 0..Tasks-1; any partition over workers gives the same result.</param>
/// <param name="BarrierBefore">Whether every earlier step must have finished on all workers before this one starts.</param>
public sealed record PlanStep(int Kernel, IReadOnlyList<int> Buffers, int Tasks, bool BarrierBefore)
{
    /// <summary>
    /// In the place of a kernel: the step copies its first buffer to its second, one of which is in the arena and the other
    /// <see cref="BufferKind.Host"/>. Devices alone have such steps.
    /// </summary>
    public const int Transfer = -1;

    /// <summary>Name for people where several steps share a kernel; empty for the kernel's.</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// Those of <see cref="Buffers"/> that the kernel writes. Every state that changes is among them: what was prepared from it
    /// is then prepared anew.
    /// </summary>
    public IReadOnlyList<int> Writes { get; init; } = [];
}

/// <summary>
/// A compiled program as plain data: which kernels run, in which order, over which bytes. It can be printed, verified,
/// serialised, and executed by walking <see cref="Steps"/> in order, again and again where a loop says so.
/// </summary>
/// <param name="Name">Name for people.</param>
/// <param name="ArenaBytes">Size of the one allocation that holds every arena buffer.</param>
/// <param name="ScratchBytes">Private working memory each worker hands to every kernel.</param>
/// <param name="KernelNames">Kernel method names, in the order <see cref="PlanStep.Kernel"/> indexes them.</param>
/// <param name="Buffers">Every buffer.</param>
/// <param name="Steps">Kernel calls in execution order.</param>
/// <param name="Constants">Bytes of each constant, row-major little-endian.</param>
public sealed record ExecutionPlan(
    string Name,
    long ArenaBytes,
    int ScratchBytes,
    IReadOnlyList<string> KernelNames,
    IReadOnlyList<PlanBuffer> Buffers,
    IReadOnlyList<PlanStep> Steps,
    IReadOnlyList<byte[]> Constants)
{
    /// <summary>Every arena offset and every allocation starts on a multiple of this many bytes: one cache line, one Vector512.</summary>
    public const int Alignment = 64;

    /// <summary>Name of a step for people.</summary>
    public string NameOf(PlanStep step) => step.Name.Length > 0 ? step.Name : step.Kernel == PlanStep.Transfer ? "transfer" : KernelNames[step.Kernel];

    /// <summary>Memory of the process that values of a device wait in; 0 where none does.</summary>
    public long HostBytes => Buffers.Where(b => b.Kind == BufferKind.Host).Select(b => b.Offset + b.Bytes).DefaultIfEmpty(0).Max();

    /// <summary>Which of the steps run more than once, or not always.</summary>
    public IReadOnlyList<PlanLoop> Loops { get; init; } = [];

    /// <summary>
    /// What follows from states and constants alone: a plan without inputs whose outputs are the <see cref="BufferKind.Prepared"/>
    /// buffers of this one. It runs where a state it reads has changed since it ran last, once for all contexts of a program.
    /// Kernels and states are numbered as in this plan. Null where nothing is prepared.
    /// </summary>
    public ExecutionPlan? Preparation { get; init; }
}
