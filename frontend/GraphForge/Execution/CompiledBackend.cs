using System.Collections.Concurrent;
using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Schedule;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Execution;

/// <summary>Graph → plan and kernel text → kernels → program.</summary>
internal static class CompiledBackend
{
    /// <summary>One compiler for each cache, so that equal programs of a process share code.</summary>
    private static readonly ConcurrentDictionary<KernelCacheOptions, KernelCompiler> Compilers = new();

    public static BoundProgram Compile(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, StateStore states, CompileOptions options)
    {
        var dump = DumpFolder(graph, binding, options);
        var settings = new CompilerOptions { Threads = options.Threads, MemoryBudget = options.MemoryBudget, DumpFolder = dump };
        var clock = new PhaseClock();
        var source = Pipeline.Compile(graph, binding, settings with { Clock = clock });
        var compiler = CompilerFor(options);
        var library = compiler.Load(source.KernelText, source.Plan.KernelNames, dump);
        clock.End("load");
        var buffers = source.States.Select(slot => states[slot]).ToArray();
        var program = new CompiledProgram(source.Plan, library.Entries, buffers, options.Threads, library);
        clock.End("alloc");
        if (Environment.GetEnvironmentVariable("GF_R") != null) Console.WriteLine(new CompileReport("x", clock.Phases) { Kernels = source.Kernels.Count, Steps = source.Plan.Steps.Count, TextLength = source.KernelText.Length });
        return new NativeProgram(program, source.Memory, source.Explain);
    }

    /// <summary>To be called as early as possible: what takes long and needs no graph is begun.</summary>
    public static void Prepare(CompileOptions options) => CompilerFor(options).StartIfCold();

    private static KernelCompiler CompilerFor(CompileOptions options) =>
        Compilers.GetOrAdd(options.KernelCache, cache => new KernelCompiler(cache));

    /// <summary>Each program has a folder of its own, such as <c>train-batch=64</c>.</summary>
    private static string? DumpFolder(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompileOptions options)
    {
        if (options.DumpFolder is null) return null;
        var symbols = binding.OrderBy(b => b.Key.Name, StringComparer.Ordinal).Select(b => $"{b.Key.Name}={b.Value}");
        return Path.Combine(options.DumpFolder, string.Join('-', symbols.Prepend(graph.Name)));
    }

    private sealed class NativeProgram(CompiledProgram program, MemoryReport memory, IReadOnlyList<FusionDecision> explain) : BoundProgram
    {
        public override MemoryReport Memory => memory;

        public override IReadOnlyList<FusionDecision> Explain => explain;

        public override IReadOnlyList<string> StepNames { get; } =
            program.Plan.Steps.Select(program.Plan.NameOf).ToArray();

        public override int InputIndex(string name) => IndexOf(program.Inputs, name);

        public override int OutputIndex(string name) => IndexOf(program.Outputs, name);

        public override RunLease Rent() => new(program.Rent());

        private static int IndexOf(IReadOnlyList<PlanBuffer> buffers, string name)
        {
            for (var i = 0; i < buffers.Count; i++)
                if (buffers[i].Name == name) return i;
            return -1;
        }
    }
}
