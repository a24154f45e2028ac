using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Memory;

/// <summary>
/// A value that lives in the arena. It is either written by exactly one step or given before the run, and may be
/// overwritten after its last reader unless it is an output.
/// </summary>
/// <param name="Id">Position of the value in <see cref="PlanningProblem.Values"/>.</param>
/// <param name="Name">Name for people.</param>
/// <param name="Bytes">Size; 0 for an empty tensor.</param>
/// <param name="IsPersistentInput">Filled by the caller before every run, so it holds its bytes from the first step on.</param>
/// <param name="IsOutput">Read by the caller after the run, so it keeps its bytes to the last step.</param>
/// <param name="Source">The user's line that made the value.</param>
public sealed record PlannedValue(
    int Id, string Name, long Bytes, bool IsPersistentInput, bool IsOutput, SourceLocation Source)
{
    /// <summary>For reports.</summary>
    public TensorRole Role { get; init; } =
        IsPersistentInput ? TensorRole.Input : IsOutput ? TensorRole.Output : TensorRole.Activation;

    /// <summary>Element type; null where several tensors are one value.</summary>
    public DType? Type { get; init; }

    /// <summary>Extents, for reports.</summary>
    public IReadOnlyList<long> Dims { get; init; } = [];
}

/// <summary>One kernel call as the planner sees it.</summary>
/// <param name="Name">Name for people.</param>
/// <param name="Reads">Ids of the arena values read.</param>
/// <param name="Writes">Ids of the arena values written.</param>
/// <param name="InPlace">
/// Pairs for which the kernel is right even when the written value stands in the bytes of the read one. Taken only where
/// the read value dies at this step and is at least as large.
/// </param>
public sealed record PlannedStep(string Name, int[] Reads, int[] Writes, (int Write, int Read)[] InPlace)
{
    /// <summary>Ids of buffers outside the arena that the step reads, such as states; for barriers only.</summary>
    public int[] StateReads { get; init; } = [];

    /// <summary>Ids of buffers outside the arena that the step writes.</summary>
    public int[] StateWrites { get; init; } = [];

    /// <summary>Ids of arena values that keep their bytes while the step runs, as they are copied meanwhile.</summary>
    public int[] Holds { get; init; } = [];

    /// <summary>Modelled time of one run.</summary>
    public double Milliseconds { get; init; }

    /// <summary>Whether it is a copy to memory of the host or back, and no work.</summary>
    public HostTransfer Transfer { get; init; }

    /// <summary>Whether the step may run again later, for results that were given up in between; one that writes states never does.</summary>
    public bool IsRepeatable { get; init; }
}

/// <summary>Everything that memory planning has to know about a program.</summary>
/// <param name="Values">Arena values; <see cref="PlannedValue.Id"/> is the index.</param>
/// <param name="Steps">Steps in an order the caller likes; kept where another order would not need less memory.</param>
/// <param name="Constraints">
/// Pairs of steps whose order does not follow from values, such as every reader of a state before the step that overwrites
/// it. <see cref="PlannedStep.StateReads"/> and <see cref="PlannedStep.StateWrites"/> impose no order by themselves.
/// </param>
public sealed record PlanningProblem(
    IReadOnlyList<PlannedValue> Values,
    IReadOnlyList<PlannedStep> Steps,
    IReadOnlyList<(int Before, int After)> Constraints)
{
    /// <summary>
    /// Steps that run only where values were given up: each writes some of a step's values anew, for less time or in less room than
    /// that step.
    /// </summary>
    public IReadOnlyList<PlannedStep> Derivations { get; init; } = [];

    /// <summary>
    /// Bytes a millisecond that a device copies to memory of the host and back, where values that were given up may wait; 0 where none may.
    /// </summary>
    public double HostBytesPerMillisecond { get; init; }

    /// <summary>Name of the program.</summary>
    public string Name { get; init; } = "";

    /// <summary>Bytes of caller-owned states.</summary>
    public long StateBytes { get; init; }

    /// <summary>The part of <see cref="StateBytes"/> that training keeps beside the model.</summary>
    public long OptimizerBytes { get; init; }

    /// <summary>Bytes of the program's constants.</summary>
    public long ConstantBytes { get; init; }

    /// <summary>Bytes of values that are computed once, and of what computing them takes.</summary>
    public long PreparedBytes { get; init; }

    /// <summary>Bytes that a device takes beside: room for the next inputs, starts on round addresses, and the table of places.</summary>
    public long StagingBytes { get; init; }

    /// <summary>Bytes of private working memory, all workers together.</summary>
    public long ScratchBytes { get; init; }

    /// <summary>Workers that <see cref="ScratchBytes"/> is for.</summary>
    public int Workers { get; init; } = 1;
}
