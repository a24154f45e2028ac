using System.Diagnostics;
using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Bench;

/// <summary>Float32 matrix products of one size, each operand as stored or transposed, as a share of the measured peak.</summary>
public static class ContractionRate
{
    /// <summary>The four ways operands can lie in memory: rows × columns, with either transposed.</summary>
    private static readonly string[] Layouts = ["mk,kn->mn", "mk,nk->mn", "km,kn->mn", "km,nk->mn"];

    public static void Run(int size, int threads)
    {
        foreach (var layout in Layouts)
        {
            var program = Compile(layout, size, threads);
            using var context = program.Rent();
            Fill(context);
            var rates = new double[9];
            var peaks = new double[9];
            for (var i = 0; i < rates.Length; i++)
            {
                peaks[i] = FmaPeak.Measure(threads, 0.05);
                rates[i] = 2.0 * size * size * size / Time(context);
            }
            Array.Sort(rates);
            Array.Sort(peaks);
            var (rate, peak) = (rates[rates.Length / 2], peaks[peaks.Length / 2]);
            Console.WriteLine($"{layout} {size}³, {threads} threads: {rate / 1e9,6:F1} GFLOP/s of {peak / 1e9,6:F1}, {rate / peak:P0} of peak");
        }
    }

    private static CompiledProgram Compile(string layout, int size, int threads)
    {
        var a = Nodes.Input("a", DType.Float32, Shape.Of(size, size));
        var b = Nodes.Input("b", DType.Float32, Shape.Of(size, size));
        var graph = new ComputationGraph($"contraction{size}", [new NamedOutput("c", Nodes.Einsum(layout, a, b))], []);
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Threads = threads, DumpFolder = Environment.GetEnvironmentVariable("GF_DUMP") });
        var library = KernelCompiler.Default.Load(source.KernelText, source.Plan.KernelNames);
        return new CompiledProgram(source.Plan, library.Entries, [], threads, library);
    }

    private static void Fill(RunContext context)
    {
        for (var input = 0; input < 2; input++)
        {
            var values = context.InputSpan<float>(input);
            for (var i = 0; i < values.Length; i++) values[i] = Threefry.Uniform(1, input, i) - 0.5f;
        }
    }

    private static double Time(RunContext context)
    {
        var clock = Stopwatch.StartNew();
        var runs = 0;
        do
        {
            context.Run();
            runs++;
        }
        while (clock.Elapsed.TotalSeconds < 0.1);
        return clock.Elapsed.TotalSeconds / runs;
    }
}
