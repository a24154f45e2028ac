using GraphForge.Bench;
using GraphForge.Bench.Workloads;

var threads = Environment.ProcessorCount;
if (args is [.. var before, "--threads", var given]) (args, threads) = (before, int.Parse(given));
switch (args)
{
    case ["contraction", .. var sizes]:
        foreach (var size in sizes.Length > 0 ? sizes.Select(int.Parse) : [512, 1024]) ContractionRate.Run(size, threads);
        return 0;
    case ["peak"]:
        foreach (var count in new[] { 1, threads }) Console.WriteLine($"{count} threads: {FmaPeak.Measure(count) / 1e9:F1} GFLOP/s");
        return 0;
    case ["step", .. var names]:
        foreach (var workload in Named(names)) TrainingStep.Run(workload, threads);
        return 0;
    case ["infer", .. var names]:
        foreach (var workload in Named(names)) Inference.Run(workload, threads);
        return 0;
    case ["recurrence", .. var names]:
        foreach (var name in names.Length > 0 ? names : ["gru", "mamba"]) Recurrence.Run(name, threads);
        return 0;
    case ["rows", .. var names]:
        foreach (var name in names.Length > 0 ? names : RowRate.Names)
            foreach (var count in new[] { 1, threads }.Distinct()) RowRate.Run(name, count);
        return 0;
    case ["kernels", .. var rest]:
        BenchmarkDotNet.Running.BenchmarkRunner.Run<KernelBenchmarks>(args: rest);
        return 0;
    default:
        Console.WriteLine("usage: peak | contraction [size …] | step [workload …] | infer [workload …] | recurrence [gru|mamba …] | " +
            $"rows [kernel …] | kernels [BenchmarkDotNet options]; --threads n comes last; workloads: {string.Join(' ', WorkloadTable.All.Select(w => w.Name))}");
        return 2;
}

static IEnumerable<Workload> Named(string[] names) => names.Length > 0 ? names.Select(WorkloadTable.Named) : WorkloadTable.All;
