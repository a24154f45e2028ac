using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler;

/// <summary>A program with its memory planned, before its kernels are written.</summary>
/// <param name="Decisions">Why edges were fused, or were not.</param>
/// <param name="Kernels">Its kernels; a plan need not call all of them.</param>
/// <param name="Unconstrained">The plan without a budget.</param>
/// <param name="Plan">The plan for the budget, or the smallest where none fits it.</param>
internal sealed record PlannedProgram(
    IReadOnlyList<FusionDecision> Decisions, ScheduledKernels Kernels, AssembledPlan Unconstrained, AssembledPlan Plan)
{
    /// <summary>Slices of the batch that run one after another.</summary>
    public long Slices { get; init; } = 1;

    /// <summary>The program, where its plan fits the budget.</summary>
    /// <exception cref="Graph.GraphException">It does not.</exception>
    public PlannedProgram Require(long? budget) =>
        budget is { } bytes && Plan.Memory.TotalBytes > bytes ? throw BudgetError.Of(Unconstrained.Memory, Plan.Memory, Choices(), bytes) : this;

    private string Choices()
    {
        var repeats = Plan.Repeats == 0 ? null : $"computing {Plan.Repeats} {(Plan.Repeats == 1 ? "step" : "steps")} again";
        var slices = Slices == 1 ? null : $"running the batch in {Slices} slices";
        var offloads = Plan.Offloads == 0 ? null : $"keeping {Plan.Offloads} {(Plan.Offloads == 1 ? "value" : "values")} at the host ({MemoryReport.Text(Plan.Memory.HostBytes)})";
        return string.Join(" and ", ((string?[])[slices, repeats, offloads]).OfType<string>()) is { Length: > 0 } choices
            ? choices
            : "keeping every value, as none could be computed again";
    }
}
