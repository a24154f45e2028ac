using GraphForge.Bench;

var threads = Environment.ProcessorCount;
switch (args)
{
    case ["contraction", .. var sizes]:
        foreach (var size in sizes.Length > 0 ? sizes.Select(int.Parse) : [512, 1024]) ContractionRate.Run(size, threads);
        return 0;
    case ["peak"]:
        foreach (var count in new[] { 1, threads }) Console.WriteLine($"{count} threads: {FmaPeak.Measure(count) / 1e9:F1} GFLOP/s");
        return 0;
    case ["step", .. var names]:
        foreach (var name in names.Length > 0 ? names : ["tiny", "mlp", "cnn"]) TrainingStep.Run(name, threads);
        return 0;
    case ["recurrence", .. var names]:
        foreach (var name in names.Length > 0 ? names : ["gru", "mamba"]) Recurrence.Run(name, threads);
        return 0;
    case ["rows", .. var names]:
        foreach (var name in names.Length > 0 ? names : RowRate.Names)
            foreach (var count in new[] { 1, threads }) RowRate.Run(name, count);
        return 0;
    case ["kernels", .. var rest]:
        BenchmarkDotNet.Running.BenchmarkRunner.Run<KernelBenchmarks>(args: rest);
        return 0;
    default:
        Console.WriteLine("usage: peak | contraction [size …] | step [tiny|mlp|cnn …] | recurrence [gru|mamba …] | rows [softmax|layer-norm|… …] | kernels [BenchmarkDotNet options]");
        return 2;
}
