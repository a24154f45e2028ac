using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Rewrite.MicroBatch;

namespace GraphForge.Compiler;

/// <summary>
/// Chooses between computing values again and running the batch in slices, by modelled time, where a program as it is does not fit
/// its budget.
/// </summary>
internal static class Budgeted
{
    /// <summary>Numbers of slices that are tried.</summary>
    private const int MaximumTrials = 6;

    /// <summary>A program that spends at most this share of its time on repeated steps is taken without trying slices.</summary>
    private const double CheapRepeats = 1.1;

    /// <summary>The fastest plan found within the budget, and the smallest where none fits.</summary>
    public static PlannedProgram Plan(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, PassLog log)
    {
        var best = Pipeline.Planned(Binding.Bind(graph, binding), options, log, MemoryPlanner.Plan);
        if (options.MemoryBudget is not { } budget || Fits(best) && best.Plan.Milliseconds <= CheapRepeats * best.Unconstrained.Milliseconds) return best;
        var unconstrained = best.Unconstrained;
        var floor = best.Plan.Memory.FloorBytes;
        foreach (var (symbol, slices) in Trials(graph, binding))
        {
            if (MicroBatches.Split(graph, binding, symbol, slices) is not { } split) continue;
            var trial = Sliced(Pipeline.Planned(split, options, log, MemoryPlanner.Plan), unconstrained, symbol, slices);
            floor = Math.Min(floor, trial.Plan.Memory.FloorBytes);
            var isBetter = Fits(trial)
                ? !Fits(best) || trial.Plan.Milliseconds < best.Plan.Milliseconds
                : !Fits(best) && trial.Plan.Memory.TotalBytes < best.Plan.Memory.TotalBytes;
            if (isBetter) best = trial;
            // More slices take more time.
            if (Fits(trial)) break;
        }
        return best with { Plan = best.Plan with { Memory = best.Plan.Memory with { FloorBytes = floor } } };

        bool Fits(PlannedProgram program) => program.Plan.Memory.TotalBytes <= budget;
    }

    private static PlannedProgram Sliced(PlannedProgram program, AssembledPlan unconstrained, DimSymbol symbol, long slices)
    {
        var plan = program.Plan;
        var choice = new MemoryChoice(MemoryChoiceKind.MicroBatch, $"{symbol.Name} in {slices} slices", SourceLocation.Unknown,
            unconstrained.Memory.TotalBytes - plan.Memory.TotalBytes, plan.Milliseconds - unconstrained.Milliseconds);
        var memory = plan.Memory with { KeptBytes = unconstrained.Memory.KeptBytes, Choices = [choice, .. plan.Memory.Choices] };
        return program with { Unconstrained = unconstrained, Slices = slices, Plan = plan with { Memory = memory } };
    }

    /// <summary>Extents that may count samples, and ways to divide each evenly: few slices first, of many those that are spread widest.</summary>
    private static IEnumerable<(DimSymbol Symbol, long Slices)> Trials(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding)
    {
        foreach (var symbol in graph.Symbols)
        {
            var samples = binding[symbol];
            long[] divisors = [.. Divisors(samples).Where(d => d > 1).Order()];
            var stride = Math.Max(1, (divisors.Length + MaximumTrials - 1) / MaximumTrials);
            for (var i = 0; i < divisors.Length; i += stride) yield return (symbol, divisors[i]);
            if (divisors.Length > 0 && (divisors.Length - 1) % stride != 0) yield return (symbol, samples);
        }
    }

    private static IEnumerable<long> Divisors(long number)
    {
        for (long d = 1; d * d <= number; d++)
        {
            if (number % d != 0) continue;
            yield return d;
            if (d * d != number) yield return number / d;
        }
    }
}
