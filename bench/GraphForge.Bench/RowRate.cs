using System.Diagnostics;
using GraphForge.Compiler;
using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Bench;

/// <summary>
/// Row and elementwise kernels, forward and backward: the bytes they cannot do without, divided by the time, as a share of the
/// rate at which as many bytes are copied in the same minute.
/// </summary>
public static class RowRate
{
    private const long Rows = 4096;

    private const long Columns = 1024;

    public static IReadOnlyList<string> Names { get; } =
    [
        "softmax", "log-softmax", "layer-norm", "rms-norm", "group-norm", "batch-norm", "gelu", "cross-entropy",
        "softmax-backward", "layer-norm-backward", "rms-norm-backward", "group-norm-backward", "batch-norm-backward", "gelu-backward",
        "cross-entropy-backward", "column-sum",
    ];

    public static void Run(string name, int threads)
    {
        var program = Compile(name, threads);
        using var context = program.Rent();
        Fill(program, context);
        var bytes = program.Plan.Buffers.Where(b => b.Kind is BufferKind.Input or BufferKind.Output).Sum(b => b.Bytes);
        using var copy = new CopyRate(bytes / 2);
        var (rates, copies) = (new double[9], new double[9]);
        for (var i = 0; i < rates.Length; i++)
        {
            copies[i] = copy.Measure(threads, 0.1);
            rates[i] = bytes / Time(context);
        }
        Array.Sort(rates);
        Array.Sort(copies);
        var (rate, peak) = (rates[rates.Length / 2], copies[copies.Length / 2]);
        Console.WriteLine($"{name,-24} {threads} threads: {bytes / rate * 1e3,7:F3} ms, {rate / 1e9,6:F1} GB/s of {peak / 1e9,6:F1}, " +
            $"{rate / peak:P0} of copy, {program.Plan.Steps.Count} steps");
    }

    private static CompiledProgram Compile(string name, int threads)
    {
        var graph = new ComputationGraph(name, [.. Build(name).Select((n, i) => new NamedOutput($"y{i}", n))], []);
        var options = new CompilerOptions { Threads = threads, DumpFolder = Environment.GetEnvironmentVariable("GF_DUMP") };
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), options);
        var library = KernelCompiler.Default.Load(source.KernelText, source.Plan.KernelNames);
        return new CompiledProgram(source.Plan, library.Entries, [], threads, library);
    }

    private static IReadOnlyList<Node> Build(string name)
    {
        var forward = name.Replace("-backward", "");
        var x = Input("x", forward is "group-norm" or "batch-norm" ? [64, 64, 32, 32] : [Rows, Columns]);
        var (y, parameters) = Forward(forward, new Tensor(x));
        if (name == forward) return [y];
        if (y.Shape.Rank == 0) return Gradients.Of(y, [x]);
        return Gradients.Of(y, Input("dy", y.Shape.Values), [x, .. parameters]);
    }

    private static (Node Value, Node[] Parameters) Forward(string name, Tensor x)
    {
        var extent = name.Contains("norm") && x.Rank == 4 ? 64 : Columns;
        var (weight, bias) = (Input("weight", [extent]), Input("bias", [extent]));
        var (w, b) = (new Tensor(weight), new Tensor(bias));
        var shape = Shape.Of(Columns);
        return name switch
        {
            "softmax" => (x.Node.Softmax(1), []),
            "log-softmax" => (x.Node.LogSoftmax(1), []),
            "layer-norm" => (Functional.LayerNorm(x, shape, w, b).Node, [weight, bias]),
            "rms-norm" => (Functional.RmsNorm(x, shape, w).Node, [weight]),
            "group-norm" => (Functional.GroupNorm(x, 8, w, b).Node, [weight, bias]),
            "batch-norm" => (Functional.BatchNorm(x, null, null, w, b, training: true).Node, [weight, bias]),
            "gelu" => ((x.Node * 1.1 + 0.3).Gelu() * x.Node, []),
            "cross-entropy" => (Losses.CrossEntropy(x, new Tensor(Nodes.Input("labels", DType.Int64, Shape.Of(Rows)))).Node, []),
            "column-sum" => (x.Node.Sum([0]), []),
            _ => throw new ArgumentException($"unknown kernel {name}: use {string.Join(", ", Names)}"),
        };
    }

    private static Node Input(string name, IReadOnlyList<long> shape) => Nodes.Input(name, DType.Float32, Shape.Of([.. shape]));

    private static void Fill(CompiledProgram program, RunContext context)
    {
        for (var input = 0; input < program.Inputs.Count; input++)
        {
            if (program.Inputs[input].Type != DType.Float32) continue;
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
