using GraphForge.Compiler.Emit;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Loops.Schedules;

namespace GraphForge.Compiler;

/// <summary>How a graph is compiled. Plans on disk are found again by the graph and these settings: nothing else may decide what a plan is.</summary>
public sealed record CompilerOptions
{
    /// <summary>The processor to write code for.</summary>
    public CpuTarget Target { get; init; } = CpuTarget.Host;

    /// <summary>The GPU to write kernels for; null for the processor.</summary>
    public GpuTarget? Device { get; init; }

    /// <summary>Workers a run will use; sizes scratch memory, never results.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Most bytes the program may take in all; null for no limit.</summary>
    public long? MemoryBudget { get; init; }

    /// <summary>Schedules that were measured to be faster than what the model picks.</summary>
    public ScheduleRecords Schedules { get; init; } = ScheduleRecords.Empty;

    /// <summary>Namespace of the kernels' class.</summary>
    public string KernelNamespace { get; init; } = ProgramEmitter.DefaultNamespace;

    /// <summary>Folder for the IR after every pass and the final source; null for none.</summary>
    public string? DumpFolder { get; init; }

    /// <summary>Told the time of every pass; null where nobody asks.</summary>
    public PhaseClock? Clock { get; init; }
}
