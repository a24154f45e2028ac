using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Modelled time of planned work, to weigh computing a value again against keeping it: arithmetic at the rate of full vectors or
/// bytes at the rate of memory, whichever takes longer. Right to a factor of two or so; decides plans, never values.
/// </summary>
internal static class WorkTime
{
    /// <summary>Vector instructions a core retires, and bytes all cores move, in a millisecond.</summary>
    private const double CoreInstructions = 3e6, MemoryBytes = 2e7;

    /// <summary>A step's barrier and start.</summary>
    private const double StepMilliseconds = 0.002;

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
        var instructions = definition.Repeats * definition.Stores.Sum(Instructions) / options.Target.Lanes;
        double bytes = definition.Arguments.Sum(a => WorkPlan.Bytes(a));
        return Math.Max(instructions / (CoreInstructions * options.Threads), bytes / MemoryBytes) + StepMilliseconds;
    }

    private static double Instructions(StoreDefinition store) =>
        store.Domain.Aggregate(1.0, (product, variable) => product * variable.Extent) * (1 + OfElement(store.Value));

    /// <summary>Of one element, the inner elements of reductions included; what reductions share is counted once in each.</summary>
    private static double OfElement(Expr value)
    {
        var reductions = value.DescendantsAndSelf().OfType<ReduceExpr>().ToArray();
        var outermost = reductions.Where(r => !reductions.Any(o => o != r && o.Body.DescendantsAndSelf().Contains(r))).ToArray();
        var inside = outermost.Length == 0 ? 0 : outermost.Sum(r =>
            r.ReducedVariables.Aggregate(1.0, (product, variable) => product * variable.Extent) * (0.5 + OfElement(r.Body)));
        var shell = outermost.Aggregate(value, (expr, r) => expr.Replace(r, new ConstantExpr(Graph.Scalar.Of(r.Type, 0L))));
        return inside + Cost.OfValue(shell);
    }
}
