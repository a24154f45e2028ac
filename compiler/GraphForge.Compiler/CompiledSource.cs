using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler;

/// <summary>A compiled graph: a plan and the text of its kernels.</summary>
/// <param name="Plan">Buffers and steps.</param>
/// <param name="Kernels">The scheduled kernels, as the plan's steps number them.</param>
/// <param name="KernelText">One C# source with every kernel of the plan.</param>
/// <param name="States">The slots behind the plan's state buffers, in the order their offsets index them.</param>
/// <param name="Memory">Planned bytes.</param>
/// <param name="Explain">Why each edge was fused, or was not.</param>
public sealed record CompiledSource(
    ExecutionPlan Plan, IReadOnlyList<LoopKernel> Kernels, string KernelText, IReadOnlyList<StateSlot> States, MemoryReport Memory,
    IReadOnlyList<FusionDecision> Explain)
{
    /// <summary>Recorded schedules that were passed over, a line each.</summary>
    public IReadOnlyList<string> UnusableSchedules { get; init; } = [];

    /// <summary>Whether the budget decided the plan: without it, another would have been made.</summary>
    public bool IsConstrained { get; init; }
}
