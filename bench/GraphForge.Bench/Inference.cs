using System.Diagnostics;
using GraphForge.Bench.Workloads;

namespace GraphForge.Bench;

/// <summary>Inference of one sample: the median time, and the kernels it goes into.</summary>
public static class Inference
{
    public static void Run(Workload workload, int threads)
    {
        var start = Stopwatch.GetTimestamp();
        var model = workload.CompileInference(workload.Model(), new CompileOptions { Threads = threads });
        model.Prepare();
        Console.WriteLine($"{workload.Name}: compiled in {Stopwatch.GetElapsedTime(start).TotalSeconds:F3} s");
        NamedArray[] input = [workload.Data(batch: 1)[0]], output = [(Workload.Output, workload.Scores())];
        RunTime.Median(() => model.Run(input, output), 0.5);
        var median = RunTime.Median(() => model.Run(input, output), 2);
        Console.WriteLine($"{workload.Name}, batch 1, {threads} threads: {median:F4} ms a run");
        foreach (var kernel in KernelProfile.Of(() => model.Profile(input, output))) Console.WriteLine(kernel);
    }
}
