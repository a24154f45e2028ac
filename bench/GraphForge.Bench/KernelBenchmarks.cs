using BenchmarkDotNet.Attributes;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Bench;

/// <summary>Single kernels under BenchmarkDotNet: row-wise, elementwise, reduction and contraction.</summary>
[MemoryDiagnoser]
public class KernelBenchmarks
{
    private RunContext _context = null!;

    [Params("softmax 4096×1024", "gelu 16 MiB", "column sum 4096×1024", "linear 128×512×512")]
    public string Kernel { get; set; } = "";

    [GlobalSetup]
    public void Compile()
    {
        _context = KernelProgram.Compile("kernel", Build(), Environment.ProcessorCount).Rent();
        KernelProgram.Fill(_context);
    }

    [Benchmark]
    public void Run() => _context.Run();

    private Node Build()
    {
        var x = Nodes.Input("x", DType.Float32, Kernel.StartsWith("linear", StringComparison.Ordinal) ? Shape.Of(128, 512) : Shape.Of(4096, 1024));
        return Kernel switch
        {
            "softmax 4096×1024" => x.Softmax(1),
            "gelu 16 MiB" => (x * 1.1 + 0.3).Gelu() * x,
            "column sum 4096×1024" => x.Sum([0]),
            _ => (Nodes.Einsum("mk,nk->mn", x, Nodes.Input("w", DType.Float32, Shape.Of(512, 512))) +
                Nodes.Input("b", DType.Float32, Shape.Of(512))).Relu(),
        };
    }
}
