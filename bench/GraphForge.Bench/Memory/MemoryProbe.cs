using GraphForge.Bench.Workloads;

namespace GraphForge.Bench.Memory;

/// <summary>
/// Measures, in a process of its own, what a training adds to its resident memory: a second one, while the first is kept, so that
/// kernels are compiled, threads started and libraries loaded before.
/// </summary>
public static class MemoryProbe
{
    private const int Steps = 10;

    public static MemoryFigures Measure(Workload workload, int threads, long budget)
    {
        var data = workload.Data(workload.Batch);
        var options = new CompileOptions { Threads = threads, MemoryBudget = budget };
        using var first = workload.CompileAnyBatch(workload.Model(), options);
        PeakOf(first, data);
        ResidentMemory.Settle();
        var resident = ResidentMemory.Bytes;
        using var second = workload.CompileAnyBatch(workload.Model(), options);
        var growth = PeakOf(second, data) - resident;
        var report = second.Memory ?? throw new BenchmarkException($"{workload.Name} has no plan.");
        return new MemoryFigures(report.TotalBytes, report.Ratio, growth);
    }

    /// <summary>Most bytes that are resident at once while it trains; what compiling took, in the first step, is given back before.</summary>
    private static long PeakOf(Training training, NamedArray[] data)
    {
        training.Step(data);
        ResidentMemory.Settle();
        ResidentMemory.ForgetPeak();
        for (var step = 0; step < Steps; step++) training.Step(data);
        return ResidentMemory.PeakBytes;
    }
}
