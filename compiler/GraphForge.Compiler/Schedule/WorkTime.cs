using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Modelled time of planned work, to weigh computing a value again against keeping it: arithmetic at the rate of full vectors or
/// bytes at the rate of memory, whichever takes longer. Right to a factor of two or so; decides plans, never values.
/// Multiprocessors of a device are taken to run at 1.5 GHz, and to move 10 bytes in a cycle each: an A100 has 1.6e12 bytes a second by
/// that, which is what it has.
/// </summary>
internal static class WorkTime
{
    /// <summary>Vector instructions a core retires, and bytes all cores move, in a millisecond.</summary>
    private const double CoreInstructions = 3e6, MemoryBytes = 2e7;

    /// <summary>A step's barrier and start.</summary>
    private const double StepMilliseconds = 0.002;

    /// <summary>Of a device, in a millisecond: what each lane of a multiprocessor does, and bytes that a multiprocessor moves.</summary>
    private const double LaneInstructions = 1.5e6, MultiprocessorBytes = 1.5e7;

    /// <summary>What passes between launches that follow each other.</summary>
    private const double LaunchMilliseconds = 0.003;

    public static double Milliseconds(PlannedWork work, CompilerOptions options) => work switch
    {
        PlannedKernel kernel => Milliseconds(kernel, options),
        PlannedLoop loop => loop.Before.Sum(k => Milliseconds(k, options)) +
            loop.Parts.Sum(part => part.Iterations * part.Body.Sum(w => Milliseconds(w, options))),
        _ => 0,
    };

    private static double Milliseconds(PlannedKernel kernel, CompilerOptions options)
    {
        var definition = kernel.Definition;
        // A reduction is computed once for all elements that share it, such as those of a row.
        var reductions = definition.Reductions().Sum(r => Count(r.Variables.Except(definition.Counters)) * Count(r.ReducedVariables) * (0.5 + OfElement(r.Body)));
        var elements = definition.Stores.Sum(s => Count(s.Domain) * (1 + OfElement(s.Value)));
        var operations = definition.Repeats * (reductions + elements);
        double bytes = definition.Arguments.Sum(WorkPlan.Bytes);
        return options.Device is { } device
            ? Math.Max(operations / ((double)device.Multiprocessors * device.Lanes * LaneInstructions), bytes / (device.Multiprocessors * MultiprocessorBytes)) + LaunchMilliseconds
            : Math.Max(operations / (options.Target.Lanes * CoreInstructions * options.Threads), bytes / MemoryBytes) + StepMilliseconds;
    }

    private static double Count(IEnumerable<LoopVar> variables) => variables.Aggregate(1.0, (product, variable) => product * variable.Extent);

    /// <summary>What is done for one element, without what is done inside reductions.</summary>
    private static double OfElement(Expr value)
    {
        var seen = new HashSet<Expr>(ReferenceEqualityComparer.Instance);
        return Visit(value);

        double Visit(Expr expr) => !seen.Add(expr) || expr is ReduceExpr ? 0 : Cost.Of(expr) + expr.Operands.Sum(Visit);
    }
}
