using GraphForge.Bench.Workloads;

namespace GraphForge.Bench;

/// <summary>Whole training steps on made-up data: the median time, and the kernels it goes into.</summary>
public static class TrainingStep
{
    public static void Run(Workload workload, int threads)
    {
        using var training = workload.CompileTraining(workload.Model(), new CompileOptions { Threads = threads });
        var data = workload.Data(workload.Batch);
        Console.WriteLine($"{workload.Name}: compiled in {training.CompileTime.TotalSeconds:F3} s");
        RunTime.Median(() => training.Step(data), 0.5);
        var median = RunTime.Median(() => training.Step(data), 2);
        Console.WriteLine($"{workload.Name}, batch {workload.Batch}, {threads} threads: {median:F3} ms a step");
        foreach (var kernel in KernelProfile.Of(() => training.Profile(data))) Console.WriteLine(kernel);
    }
}
