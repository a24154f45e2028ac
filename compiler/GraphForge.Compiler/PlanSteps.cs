using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler;

/// <summary>Lays planned work out as the flat list of steps that a plan is, with the loops over them.</summary>
/// <param name="kernels">Which kernel does the work of each planned one, and how.</param>
/// <param name="views">Buffers that are another way to see a buffer, and that buffer.</param>
/// <param name="buffers">Index of each buffer in the plan.</param>
internal sealed class PlanSteps(
    ScheduledKernels kernels, IReadOnlyDictionary<LoopBuffer, LoopBuffer> views,
    IReadOnlyDictionary<LoopBuffer, int> buffers)
{
    private readonly List<PlanStep> _steps = [];
    private readonly List<PlanLoop> _loops = [];

    public IReadOnlyList<PlanStep> Steps => _steps;

    /// <summary>Outer loops before those inside.</summary>
    public IReadOnlyList<PlanLoop> Loops => _loops;

    public void Append(WorkPlan plan) => Append(plan, []);

    /// <param name="plan">A program, or the body of a loop.</param>
    /// <param name="outside">Substitutes for buffers around the body.</param>
    private void Append(WorkPlan plan, Dictionary<LoopBuffer, LoopBuffer> outside)
    {
        foreach (var call in plan.Order)
        {
            Dictionary<LoopBuffer, LoopBuffer> substitutes = outside.Count == 0 ? new(call.Substitutes) : outside;
            if (call.Work is PlannedLoop loop) Append(loop, plan, call.Barrier, substitutes);
            else if (call.Work is PlannedTransfer transfer) Append(transfer, call.Barrier, substitutes);
            else Append((PlannedKernel)call.Work, call.Barrier, substitutes, call.IsRepeat);
        }
    }

    private void Append(PlannedKernel kernel, bool barrier, Dictionary<LoopBuffer, LoopBuffer> substitutes, bool isRepeat = false)
    {
        var number = kernels.Shared.NumberOf(kernel);
        _steps.Add(new PlanStep(number, kernel.Definition.Arguments.Select(Place).ToArray(), kernels.Loops[number].Tasks, barrier)
        {
            Name = isRepeat ? $"{kernel.Name} again" : kernel.Name,
            Writes = kernel.Writes.Select(Place).Distinct().ToArray(),
        });

        int Place(LoopBuffer buffer) => buffers[substitutes.GetValueOrDefault(views.GetValueOrDefault(buffer, buffer), buffer)];
    }

    private void Append(PlannedTransfer transfer, bool barrier, Dictionary<LoopBuffer, LoopBuffer> substitutes)
    {
        var (from, to) = (buffers[substitutes.GetValueOrDefault(transfer.From, transfer.From)], buffers[substitutes.GetValueOrDefault(transfer.To, transfer.To)]);
        _steps.Add(new PlanStep(PlanStep.Transfer, [from, to], 1, barrier) { Name = transfer.Name, Writes = [to] });
    }

    private void Append(PlannedLoop loop, WorkPlan plan, bool barrier, Dictionary<LoopBuffer, LoopBuffer> substitutes)
    {
        foreach (var (i, kernel) in loop.Before.Index()) Append(kernel, barrier && i == 0, substitutes);
        foreach (var part in loop.Parts) Append(part, plan.BodyOf(part).Plan, substitutes);
    }

    private void Append(LoopPart part, WorkPlan body, Dictionary<LoopBuffer, LoopBuffer> substitutes)
    {
        var (first, position) = (_steps.Count, _loops.Count);
        Append(body, substitutes);
        if (_steps.Count == first) return;
        // An iteration begins when every worker has done with the one before.
        _steps[first] = _steps[first] with { BarrierBefore = true };
        var condition = part.Condition is { } c ? new PlanCondition(buffers[c.Flag], c.Wanted) : null;
        _loops.Insert(position, new PlanLoop(first, _steps.Count - first, part.Iterations, condition));
    }
}
