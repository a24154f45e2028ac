using GraphForge.Bench;

var threads = Environment.ProcessorCount;
foreach (var size in args.Length > 1 ? args.Skip(1).Select(int.Parse) : [512, 1024])
    ContractionRate.Run(size, threads);
