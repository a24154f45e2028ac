using System.Diagnostics;
using GraphForge.Bench.Workloads;
using GraphForge.Jit;

namespace GraphForge.Bench;

/// <summary>A training step with the schedules the model picks and with those a search finds, in turns.</summary>
public static class TunedStep
{
    private const int Rounds = 9;

    public static void Run(Workload workload, int threads)
    {
        var file = Path.Combine(Path.GetTempPath(), $"{workload.Name}-{Guid.NewGuid():N}.schedules");
        try
        {
            Compare(workload, new CompileOptions { Threads = threads }, file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Compare(Workload workload, CompileOptions options, string file)
    {
        using var modelled = workload.CompileTraining(workload.Model(), options);
        var start = Stopwatch.GetTimestamp();
        using var tuned = workload.CompileTraining(workload.Model(), options with { ScheduleFile = file, Tune = new TuneOptions { Progress = new Lines() } });
        Console.WriteLine($"{workload.Name}: searched and compiled in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
        var data = workload.Data(workload.Batch);
        var (before, after) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            before.Add(RunTime.Median(() => modelled.Step(data), 0.3));
            after.Add(RunTime.Median(() => tuned.Step(data), 0.3));
        }
        var ratios = before.Zip(after, (b, a) => b / a).Order().ToArray();
        Console.WriteLine($"{workload.Name}, batch {workload.Batch}, {options.Threads} threads: {Middle(before):F3} ms a step, tuned {Middle(after):F3} ms, " +
            $"{ratios[Rounds / 2]:F3} times as fast ({ratios[0]:F3} to {ratios[^1]:F3} of {Rounds} rounds)");
    }

    private static double Middle(List<double> times) => times.Order().ElementAt(Rounds / 2);

    /// <summary>Prints at once, in order.</summary>
    private sealed class Lines : IProgress<TunedKernel>
    {
        public void Report(TunedKernel kernel)
        {
            Console.WriteLine($"  {kernel.Number}/{kernel.Count} {kernel.Kernel}: {kernel.Choice}, {kernel.Speedup:F2} times as fast");
            foreach (var choice in kernel.Refused) Console.WriteLine($"      refused: {choice}");
        }
    }
}
