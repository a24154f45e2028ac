using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;
using GraphForge.Runtime.Device;

namespace GraphForge.Compiler;

/// <summary>A plan, the slots behind its states, and its memory figures.</summary>
internal sealed record AssembledPlan(ExecutionPlan Plan, IReadOnlyList<StateSlot> States, MemoryReport Memory)
{
    /// <summary>Modelled time of a run.</summary>
    public double Milliseconds { get; init; }

    /// <summary>Steps that run again for values that were given up.</summary>
    public int Repeats { get; init; }

    /// <summary>Values that wait in memory of the host.</summary>
    public int Offloads { get; init; }

    /// <summary>The work and where it stands in memory, before it was written down as <see cref="Plan"/>.</summary>
    public required WorkPlan Work { get; init; }
}

/// <summary>Makes the plan of a program from those of its sections.</summary>
/// <param name="graph">The program's signature.</param>
/// <param name="program">Its work, as kernels.</param>
/// <param name="options">Budget and threads.</param>
/// <param name="planner">Plans within a budget.</param>
internal sealed class PlanAssembly(
    ComputationGraph graph, ProgramParts program, CompilerOptions options, Func<PlanningProblem, long?, MemoryPlan> planner)
{
    /// <param name="prepared">Which of the work is done once.</param>
    public AssembledPlan Assemble(PreparedWork prepared)
    {
        if (prepared.Once.Count > 0)
        {
            var plan = Assemble(prepared, null, Once(prepared));
            // Prepared values keep their memory between runs; where there is no room for that, every run computes them.
            if (!(plan.Memory.TotalBytes > options.MemoryBudget)) return plan;
        }
        return Assemble(PreparedWork.None(program.Definitions), options.MemoryBudget, (null, 0));
    }

    private AssembledPlan Assemble(PreparedWork prepared, long? budget, (ExecutionPlan? Plan, long Bytes) preparation)
    {
        var buffers = program.Definitions.Program;
        var section = new PlanSection(graph.Name, prepared.EachRun,
            graph.TopologicalOrder().Where(n => n.Op is Input).Select(buffers.Of).ToArray(),
            graph.Outputs.Select(o => (buffers.Of(o.Value), o.Name)).ToArray(), prepared.Values)
        {
            Derivations = prepared.Once.Count == 0 ? program.Definitions.Derivations : [],
        };
        if (options.Device is null) return Assemble(section, budget, preparation, 0);
        // How long a device's table of places is follows from the plan. One that does not fit with it, but without, is made once more.
        for (var staging = 0L; ;)
        {
            var plan = Assemble(section, budget, preparation, staging);
            var held = DeviceLayout.HeldBytes(plan.Plan);
            var found = held - (plan.Memory.TotalBytes - staging);
            if (found <= staging || !(held > budget) || plan.Memory.TotalBytes > budget) return plan with { Memory = plan.Memory.WithStaging(found) };
            staging = found;
        }
    }

    private AssembledPlan Assemble(PlanSection section, long? budget, (ExecutionPlan? Plan, long Bytes) preparation, long staging)
    {
        var assembly = new SectionAssembly(program, section);
        var (plan, work) = assembly.Assemble(problem => planner(problem with
        {
            StateBytes = program.States.Sum(s => s.Type.Bytes),
            OptimizerBytes = program.States.Where(s => s.BelongsToTraining).Sum(s => s.Type.Bytes),
            ConstantBytes = assembly.ConstantBytes,
            PreparedBytes = preparation.Bytes,
            StagingBytes = staging,
            ScratchBytes = (long)assembly.Scratch * options.Threads,
            Workers = options.Threads,
        }, budget), options);
        return new AssembledPlan(plan with { Preparation = preparation.Plan }, program.States, work.Memory.Report)
        {
            Work = work,
            Milliseconds = work.Memory.Milliseconds,
            Repeats = work.Memory.Program.Repeats.Count(r => work.Memory.Program.Problem.Steps[r].Transfer == HostTransfer.None),
            Offloads = work.Memory.Program.HostOffsets.Count,
        };
    }

    private (ExecutionPlan Plan, long Bytes) Once(PreparedWork prepared)
    {
        var outputs = prepared.Values.Select((buffer, i) => (buffer, $"{buffer.Name}.{i}")).ToArray();
        var assembly = new SectionAssembly(program, new PlanSection($"{graph.Name} preparation", prepared.Once, [], outputs, []));
        var (plan, work) = assembly.Assemble(problem => MemoryPlanner.Plan(problem), options);
        return (plan, work.Memory.Report.ArenaBytes + assembly.ConstantBytes + (long)assembly.Scratch * options.Threads);
    }
}
