using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;
using GraphForge.Runtime.Device;

namespace GraphForge.Jit;

/// <summary>A graph compiled for a device: all it takes to load it there.</summary>
/// <param name="Plan">Buffers and steps.</param>
/// <param name="Code">The plan's kernels.</param>
/// <param name="States">The slots behind the plan's state buffers, in the order their offsets index them.</param>
/// <param name="Memory">Planned bytes.</param>
/// <param name="Report">Where the time of compiling went.</param>
public sealed record DeviceSource(
    ExecutionPlan Plan, DeviceCode Code, IReadOnlyList<StateSlot> States, MemoryReport Memory, CompileReport Report)
{
    /// <summary>Why each edge was fused, or was not. Where the plan came from the cache, the first to ask waits for the passes.</summary>
    public required Lazy<IReadOnlyList<FusionDecision>> Explain { get; init; }
}
