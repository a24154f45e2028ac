using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Memory;

/// <summary>Seeded planning problems whose steps take time and may run again.</summary>
internal static class RepeatablePlanning
{
    private const int States = 3;

    /// <summary>A random DAG in which each state is written by one step, and read by some before it.</summary>
    public static PlanningProblem Graph(Random random, int steps)
    {
        var problem = RandomPlanning.Graph(random, steps);
        var writer = Enumerable.Range(0, States).Select(_ => random.Next(steps)).ToArray();
        var planned = problem.Steps.Select((step, i) => step with
        {
            StateReads = [.. Enumerable.Range(0, States).Where(s => i < writer[s] && random.Next(3) == 0)],
            StateWrites = [.. Enumerable.Range(0, States).Where(s => writer[s] == i)],
            IsRepeatable = random.Next(5) > 0,
            Milliseconds = random.Next(1, 100) * 0.01,
        }).ToArray();
        var constraints = planned.Index().SelectMany(s => s.Item.StateReads.Select(state => (s.Index, writer[state])));
        return problem with
        {
            Steps = planned,
            Constraints = [.. problem.Constraints, .. constraints],
            Derivations = [.. planned.Where(s => random.Next(3) > 0).SelectMany(s => Derivations(random, s)).Select(d => d with { IsRepeatable = true })],
        };
    }

    /// <summary>Forward and backward of a chain of layers that all may run again, but for the updates of their weights.</summary>
    public static PlanningProblem Training(int layers, Func<int, long> activation, Func<int, long> weight)
    {
        var problem = RandomPlanning.Training(layers, activation, weight, updatesLast: true);
        var updates = problem.Steps.Index().Where(s => s.Item.StateWrites.Length > 0).ToDictionary(s => s.Item.StateWrites[0], s => s.Index);
        return problem with
        {
            Steps = [.. problem.Steps.Select(s => s with { IsRepeatable = s.StateWrites.Length == 0, Milliseconds = 0.1 })],
            Constraints = [.. problem.Steps.Index().SelectMany(s => s.Item.StateReads.Select(state => (s.Index, updates[state])))],
        };
    }

    /// <summary>One result of a step from another, and that other alone, as kernels with several results are taken apart.</summary>
    private static IEnumerable<PlannedStep> Derivations(Random random, PlannedStep step)
    {
        if (step.Writes is not [var kept, var derived]) yield break;
        var time = step.Milliseconds / 4;
        (int, int)[] inPlace = random.Next(2) == 0 ? [(derived, kept)] : [];
        int[] operands = [kept, .. step.Reads.Where(_ => random.Next(2) == 0)];
        yield return step with { Name = $"{step.Name} derived", Reads = operands, Writes = [derived], InPlace = inPlace, StateWrites = [], Milliseconds = time };
        if (step.StateWrites.Length > 0) yield break;
        yield return step with
        {
            Name = $"{step.Name} core",
            Writes = [kept],
            InPlace = [.. step.InPlace.Where(p => p.Write == kept)],
            Milliseconds = step.Milliseconds - time,
        };
    }
}
