using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler;

/// <summary>Lays planned work out as the flat list of steps that a plan is, with the loops over them.</summary>
/// <param name="kernels">Which kernel does the work of each planned one.</param>
/// <param name="loops">The kernels, scheduled.</param>
/// <param name="buffers">Index of each buffer in the plan.</param>
internal sealed class PlanSteps(SharedKernels kernels, IReadOnlyList<LoopKernel> loops, IReadOnlyDictionary<LoopBuffer, int> buffers)
{
    private readonly List<PlanStep> _steps = [];
    private readonly List<PlanLoop> _loops = [];

    public IReadOnlyList<PlanStep> Steps => _steps;

    /// <summary>Outer loops before those inside.</summary>
    public IReadOnlyList<PlanLoop> Loops => _loops;

    public void Append(WorkPlan plan)
    {
        foreach (var (work, barrier) in plan.Order)
        {
            if (work is PlannedLoop loop) Append(loop, plan, barrier);
            else Append((PlannedKernel)work, barrier);
        }
    }

    private void Append(PlannedKernel kernel, bool barrier)
    {
        var number = kernels.NumberOf(kernel);
        var arguments = kernel.Definition.Arguments.Select(a => buffers[a]).ToArray();
        var writes = kernel.Writes.Select(w => buffers[w]).Distinct().ToArray();
        _steps.Add(new PlanStep(number, arguments, loops[number].Tasks, barrier) { Name = kernel.Name, Writes = writes });
    }

    private void Append(PlannedLoop loop, WorkPlan plan, bool barrier)
    {
        foreach (var (i, kernel) in loop.Before.Index()) Append(kernel, barrier && i == 0);
        foreach (var part in loop.Parts) Append(part, plan.BodyOf(part).Plan);
    }

    private void Append(LoopPart part, WorkPlan body)
    {
        var (first, position) = (_steps.Count, _loops.Count);
        Append(body);
        if (_steps.Count == first) return;
        // An iteration begins when every worker has done with the one before.
        _steps[first] = _steps[first] with { BarrierBefore = true };
        var condition = part.Condition is { } c ? new PlanCondition(buffers[c.Flag], c.Wanted) : null;
        _loops.Insert(position, new PlanLoop(first, _steps.Count - first, part.Iterations, condition));
    }
}
