using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Loops.Schedules.Device;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler;

/// <summary>The kernels of a program, each once, with how they work decided.</summary>
/// <param name="Shared">Which kernel does which work.</param>
/// <param name="Loops">The distinct kernels as loops.</param>
internal sealed record ScheduledKernels(SharedKernels Shared, IReadOnlyList<LoopKernel> Loops)
{
    public static ScheduledKernels Of(KernelDefinitions definitions, CompilerOptions options, CancellationToken cancellation)
    {
        var shared = SharedKernels.Of(definitions.Kernels);
        return new ScheduledKernels(shared, Concurrently.Map(
            shared.Distinct, d => options.Device is { } device
                ? DeviceScheduleChoice.Build(d.Definition, d.Kind, device)
                : ScheduleChoice.Build(d.Definition, d.Kind, options.Target, options.Schedules), cancellation));
    }

    /// <summary>The kernels a plan calls, and the plan with their new numbers.</summary>
    public (IReadOnlyList<LoopKernel> Kernels, ExecutionPlan Plan) UsedBy(ExecutionPlan plan)
    {
        var used = plan.Steps.Concat(plan.Preparation?.Steps ?? []).Select(s => s.Kernel).Where(k => k != PlanStep.Transfer).Distinct().Order().ToArray();
        if (used.Length == Loops.Count) return (Loops, plan);
        var numbers = used.Index().ToDictionary(u => u.Item, u => u.Index);
        var kernels = used.Select(u => Loops[u]).ToArray();
        var names = kernels.Select(k => k.Name).ToArray();
        return (kernels, Renumbered(plan) with { Preparation = plan.Preparation is { } preparation ? Renumbered(preparation) : null });

        ExecutionPlan Renumbered(ExecutionPlan section) =>
            section with { KernelNames = names, Steps = [.. section.Steps.Select(s => s with { Kernel = numbers.GetValueOrDefault(s.Kernel, s.Kernel) })] };
    }
}
