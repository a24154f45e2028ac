using System.Diagnostics;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;

namespace GraphForge.Bench.Memory;

/// <summary>How long the memory of large programs takes to plan.</summary>
public static class PlanningTime
{
    private const int Steps = 10_000;

    public static void Run()
    {
        foreach (var (name, problem) in new[] { ("training of a deep network", Deep()), ("random graph", Random()) })
        {
            MemoryPlan? plan = null;
            var median = RunTime.Median([.. Enumerable.Range(0, 3).Select(_ =>
            {
                var start = Stopwatch.GetTimestamp();
                plan = MemoryPlanner.Plan(problem);
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            })]);
            Console.WriteLine($"{name}, {problem.Steps.Count} steps: planned in {median:F2} s, arena ÷ lower bound {plan!.Report.Ratio:F3}");
        }
    }

    /// <summary>Forward and backward through layers of uneven widths, the weights' updates listed last.</summary>
    private static PlanningProblem Deep()
    {
        var (values, steps, updates) = (new List<PlannedValue>(), new List<PlannedStep>(), new List<PlannedStep>());
        var layers = Steps / 4;
        var kept = new List<int> { Add(4096, isInput: true) };
        for (var layer = 0; layer < layers; layer++)
        {
            kept.Add(Add(1024 + 512 * (layer % 9)));
            steps.Add(new PlannedStep($"forward{layer}", [kept[layer]], [kept[^1]], []));
        }
        var gradient = Add(64);
        steps.Add(new PlannedStep("loss", [kept[^1]], [gradient], []));
        for (var layer = layers - 1; layer >= 0; layer--)
        {
            var (weight, next) = (Add(2048 + 256 * (layer % 5)), Add(1024 + 512 * ((layer + 8) % 9)));
            steps.Add(new PlannedStep($"weight{layer}", [kept[layer], gradient], [weight], []));
            steps.Add(new PlannedStep($"backward{layer}", [gradient, kept[layer + 1]], [next], [(next, gradient)]));
            updates.Add(new PlannedStep($"update{layer}", [weight], [], []) { StateWrites = [layer] });
            gradient = next;
        }
        return new PlanningProblem(values, [.. steps, .. updates], []);

        int Add(long bytes, bool isInput = false)
        {
            values.Add(new PlannedValue(values.Count, $"v{values.Count}", bytes, isInput, false, SourceLocation.Unknown));
            return values.Count - 1;
        }
    }

    /// <summary>Each step reads a few recent values and sometimes one of any age.</summary>
    private static PlanningProblem Random()
    {
        var random = new Random(1);
        var values = new List<PlannedValue> { new(0, "x", 4096, true, false, SourceLocation.Unknown) };
        var steps = new List<PlannedStep>();
        for (var step = 0; step < Steps; step++)
        {
            int[] reads = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Earlier()).Distinct()];
            values.Add(new PlannedValue(values.Count, $"v{values.Count}", 64 * random.Next(1, 64), false, false, SourceLocation.Unknown));
            steps.Add(new PlannedStep($"step{step}", reads, [values.Count - 1], random.Next(2) == 0 ? [(values.Count - 1, reads[0])] : []));
        }
        return new PlanningProblem(values, steps, []);

        int Earlier() => random.Next(8) == 0 ? random.Next(values.Count) : Math.Max(0, values.Count - 1 - random.Next(4));
    }
}
