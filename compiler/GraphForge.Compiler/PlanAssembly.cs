using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler;

/// <summary>A plan, the slots behind its states, and its memory figures.</summary>
public sealed record AssembledPlan(ExecutionPlan Plan, IReadOnlyList<StateSlot> States, MemoryReport Memory);

/// <summary>Makes the plan of a program from those of its sections.</summary>
internal static class PlanAssembly
{
    /// <param name="graph">The program's signature.</param>
    /// <param name="program">Its work, as kernels.</param>
    /// <param name="prepared">Which of the work is done once.</param>
    /// <param name="options">Budget and threads.</param>
    /// <exception cref="GraphException">The plan needs more than the budget.</exception>
    public static AssembledPlan Assemble(ComputationGraph graph, ProgramParts program, PreparedWork prepared, CompilerOptions options)
    {
        if (prepared.Once.Count > 0)
        {
            var plan = Assemble(graph, program, prepared, options with { MemoryBudget = null }, Once(graph, program, prepared, options.Threads));
            // Prepared values keep their memory between runs; where there is no room for that, every run computes them.
            if (!(plan.Memory.TotalBytes > options.MemoryBudget)) return plan;
        }
        return Assemble(graph, program, PreparedWork.None(program.Definitions), options, (null, 0));
    }

    private static AssembledPlan Assemble(
        ComputationGraph graph, ProgramParts program, PreparedWork prepared, CompilerOptions options, (ExecutionPlan? Plan, long Bytes) preparation)
    {
        var buffers = program.Definitions.Program;
        var assembly = new SectionAssembly(program, new PlanSection(graph.Name, prepared.EachRun,
            graph.TopologicalOrder().Where(n => n.Op is Input).Select(buffers.Of).ToArray(),
            graph.Outputs.Select(o => (buffers.Of(o.Value), o.Name)).ToArray(), prepared.Values));
        var (plan, memory) = assembly.Assemble(problem => MemoryPlanner.Plan(problem with
        {
            StateBytes = program.States.Sum(s => s.Type.Bytes),
            ConstantBytes = assembly.ConstantBytes,
            PreparedBytes = preparation.Bytes,
            ScratchBytes = (long)assembly.Scratch * options.Threads,
        }, options.MemoryBudget));
        return new AssembledPlan(plan with { Preparation = preparation.Plan }, program.States, memory);
    }

    private static (ExecutionPlan Plan, long Bytes) Once(ComputationGraph graph, ProgramParts program, PreparedWork prepared, int threads)
    {
        var outputs = prepared.Values.Select((buffer, i) => (buffer, $"{buffer.Name}.{i}")).ToArray();
        var assembly = new SectionAssembly(program, new PlanSection($"{graph.Name} preparation", prepared.Once, [], outputs, []));
        var (plan, memory) = assembly.Assemble(problem => MemoryPlanner.Plan(problem));
        return (plan, memory.ArenaBytes + assembly.ConstantBytes + (long)assembly.Scratch * threads);
    }
}
