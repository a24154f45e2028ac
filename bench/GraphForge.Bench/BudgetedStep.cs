using System.Globalization;
using GraphForge.Bench.Memory;
using GraphForge.Bench.Workloads;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;

namespace GraphForge.Bench;

/// <summary>A training step under smaller and smaller budgets: what is planned, how long a step takes, and what it learns.</summary>
public static class BudgetedStep
{
    private const int Losses = 20;

    private static readonly int[] UsualPercents = [100, 75, 50, 35, 25];

    public static void Run(Workload workload, int[] percents, int threads)
    {
        var whole = Measure(workload, threads, null);
        Console.WriteLine($"{workload.Name}: {whole.Kept:N0} bytes to keep every value, {whole.Planned:N0} unconstrained, {whole.Milliseconds:F2} ms a step");
        foreach (var percent in percents.Length > 0 ? percents : UsualPercents)
        {
            var budget = whole.Kept * percent / 100;
            try
            {
                var step = Measure(workload, threads, budget);
                var difference = step.Losses.Zip(whole.Losses, (a, b) => Math.Abs(a - b) / Math.Abs(b)).Max();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{percent,3} %: budget {budget:N0}, planned {step.Planned:N0}, measured {MemoryTable.Measure(workload.Name, threads, budget).Resident:N0}, " +
                    $"{step.Milliseconds:F2} ms a step, losses differ by {difference:E1}"));
                foreach (var choice in step.Choices.GroupBy(c => c.Kind))
                    Console.WriteLine($"       {choice.Key}: {choice.Count()}, {choice.Sum(c => c.ModelledMilliseconds):F1} ms modelled");
            }
            catch (GraphException refused)
            {
                Console.WriteLine($"{percent,3} %: {refused.Problem.Split('\n')[0]}");
            }
        }
    }

    private static (long Kept, long Planned, double Milliseconds, float[] Losses, IReadOnlyList<MemoryChoice> Choices) Measure(Workload workload, int threads, long? budget)
    {
        using var training = workload.CompileAnyBatch(workload.Model(), new CompileOptions { Threads = threads, MemoryBudget = budget });
        var data = workload.Data(workload.Batch);
        var losses = new float[Losses];
        for (var step = 0; step < Losses; step++) losses[step] = training.Step(data).Loss;
        return (training.Memory!.KeptBytes, training.Memory.TotalBytes, RunTime.Median(() => training.Step(data), 2), losses, training.Memory.Choices);
    }
}
