using GraphForge;
using GraphForge.Bench;
using GraphForge.Bench.Gpu;
using GraphForge.Bench.Peers;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime.Device;
using GraphForge.Runtime.Ilgpu;

try
{
    return Run(GpuArguments.Parse(args));
}
catch (Exception wrong) when (wrong is BenchmarkException or DeviceException or GraphException)
{
    Console.Error.WriteLine(wrong.Message);
    return 1;
}

static int Run(GpuArguments arguments)
{
    using var device = Device.Named(arguments.Device);
    var lines = new List<string>();
    void Print(string line)
    {
        lines.Add(line);
        Console.WriteLine(line);
    }
    var works = WorkWords.Find(GpuWorkTable.Of(arguments.Scale), arguments.Words);
    var cores = arguments.Scale == GpuScale.Full ? TensorCoreUse.Halves : TensorCoreUse.None;
    using (var comparison = new GpuComparison(device, PyTorchName(device.Kind, arguments.Device), arguments.Scale, new CompileOptions { TensorCores = cores }))
    {
        Print($"# {device}\n\n{string.Join("; ", comparison.Sides)}. {GpuArguments.Explanation}\n");
        Print(GpuTable.Header);
        foreach (var work in works) Print(comparison.Measure(work));
    }
    if (!arguments.IsKept) return 0;
    var path = PeerFolder.Results(string.Join('-', device.Name.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    File.WriteAllLines(path, lines);
    Console.WriteLine($"written to {path}");
    return 0;
}

// The simulation is compared with PyTorch on the processor; devices of OpenCL PyTorch does not know.
static string? PyTorchName(DeviceKind kind, string name) => kind switch
{
    DeviceKind.Cuda => name.Contains(':') ? name.ToLowerInvariant() : "cuda",
    DeviceKind.Simulated => "cpu",
    _ => null,
};
