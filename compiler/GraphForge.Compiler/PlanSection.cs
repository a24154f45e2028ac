using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler;

/// <summary>Work with an arena of its own: what is prepared, or what every run does.</summary>
/// <param name="Name">Name of its plan.</param>
/// <param name="Work">In dependency order.</param>
/// <param name="Inputs">Buffers the caller fills.</param>
/// <param name="Outputs">Buffers that are read afterwards, and their names, in the order of the signature.</param>
/// <param name="Prepared">Buffers that stand in another section's arena, in the order of its outputs.</param>
internal sealed record PlanSection(
    string Name, IReadOnlyList<PlannedWork> Work, IReadOnlyList<LoopBuffer> Inputs, IReadOnlyList<(LoopBuffer Buffer, string Name)> Outputs,
    IReadOnlyList<LoopBuffer> Prepared)
{
    /// <summary>Kernels that may compute results of the work again.</summary>
    public IReadOnlyList<PlannedKernel> Derivations { get; init; } = [];

    /// <summary>Every kernel, those in loops included.</summary>
    public IEnumerable<PlannedKernel> Kernels => Work.SelectMany(KernelsOf).Concat(Derivations);

    private static IEnumerable<PlannedKernel> KernelsOf(PlannedWork work) => work is PlannedLoop loop
        ? loop.Before.Concat(loop.Parts.SelectMany(p => p.Body).SelectMany(KernelsOf))
        : [(PlannedKernel)work];
}
