using GraphForge.Bench;
using GraphForge.Bench.Memory;
using GraphForge.Bench.Peers;
using GraphForge.Bench.Shipping;
using GraphForge.Bench.Workloads;

try
{
    int? given = null;
    if (args is [.. var before, "--threads", var number]) (args, given) = (before, int.Parse(number));
    return Command(args, given);
}
catch (BenchmarkException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 1;
}

static int Command(string[] words, int? given)
{
    var threads = given ?? Environment.ProcessorCount;
    switch (words)
    {
        case ["contraction", .. var sizes]:
            foreach (var size in sizes.Length > 0 ? sizes.Select(int.Parse) : [512, 1024]) ContractionRate.Run(size, threads);
            return 0;
        case ["peak"]:
            foreach (var workers in new[] { 1, threads })
                Console.WriteLine($"{workers} threads: {FmaPeak.Measure(workers) / 1e9:F1} GFLOP/s, {CopyBandwidth.Measure(workers) / 1e9:F1} GB/s copied");
            return 0;
        case ["step", .. var names]:
            foreach (var workload in Named(names)) TrainingStep.Run(workload, threads);
            return 0;
        case ["budget", var name, .. var percents]:
            BudgetedStep.Run(WorkloadTable.Named(name), [.. percents.Select(int.Parse)], threads);
            return 0;
        case ["tune", .. var names]:
            foreach (var workload in Named(names)) TunedStep.Run(workload, threads);
            return 0;
        case ["infer", .. var names]:
            foreach (var workload in Named(names)) Inference.Run(workload, threads);
            return 0;
        case ["peers", .. var names]:
            PeerBenchmark.Run(names, given is null ? [.. new[] { threads, 1 }.Distinct()] : [threads]);
            return 0;
        case ["sizes", .. var names]:
            PeerBenchmark.RunSizes(names, given is null ? [.. new[] { threads, 1 }.Distinct()] : [threads]);
            return 0;
        case ["compile", var name]:
            Console.WriteLine(CompileTime.Measure(name));
            return 0;
        case ["first-step", var name]:
            CompileTime.Print(WorkloadTable.Named(name));
            return 0;
        case ["memory", "--keep"]:
            MemoryTable.Run(WorkloadTable.All, threads, isKept: true);
            return 0;
        case ["memory", .. var names]:
            MemoryTable.Run(Named(names), threads, isKept: false);
            return 0;
        case ["memory-of", var name, var budget]:
            Console.WriteLine(MemoryProbe.Measure(WorkloadTable.Named(name), threads, long.Parse(budget)).Line);
            return 0;
        case ["shipped"]:
            ShippedModel.Run();
            return 0;
        case ["planning"]:
            PlanningTime.Run();
            return 0;
        case ["recurrence", .. var names]:
            foreach (var name in names.Length > 0 ? names : ["gru", "mamba"]) Recurrence.Run(name, threads);
            return 0;
        case ["barriers"]:
            Barriers.Run(threads);
            return 0;
        case ["rows", .. var names]:
            foreach (var name in names.Length > 0 ? names : RowRate.Names)
                foreach (var count in new[] { 1, threads }.Distinct()) RowRate.Run(name, count);
            return 0;
        case ["kernels", .. var rest]:
            BenchmarkDotNet.Running.BenchmarkRunner.Run<KernelBenchmarks>(args: rest);
            return 0;
        default:
            Console.WriteLine("usage: peak | contraction [size …] | step [workload …] | infer [workload …] | tune [workload …] | " +
                "peers [work …] | sizes [work …] | compile workload | recurrence [gru|mamba …] | memory [--keep | workload …] | planning | shipped | barriers | rows [kernel …] | " +
                $"kernels [BenchmarkDotNet options]; --threads n comes last; workloads: {string.Join(' ', WorkloadTable.All.Select(w => w.Name))}");
            return 2;
    }
}

static IEnumerable<Workload> Named(string[] names) => names.Length > 0 ? names.Select(WorkloadTable.Named) : WorkloadTable.All;
