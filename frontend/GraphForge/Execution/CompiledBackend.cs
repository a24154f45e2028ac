using System.Collections.Concurrent;
using GraphForge.Compiler;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Schedule;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Execution;

/// <summary>Graph → plan and kernel text → kernels → program.</summary>
internal static class CompiledBackend
{
    /// <summary>One compiler for each cache, so that equal programs of a process share code.</summary>
    private static readonly ConcurrentDictionary<KernelCacheOptions, GraphCompiler> Compilers = new();

    public static BoundProgram Compile(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, StateStore states, CompileOptions options)
    {
        var (program, loaded) = Program(graph, binding, states, options);
        return new NativeProgram(program, loaded);
    }

    /// <summary>A program, and what is known of it.</summary>
    public static (CompiledProgram Program, LoadedProgram Loaded) Program(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, StateStore states, CompileOptions options)
    {
        var loaded = CompilerFor(options).Compile(graph, binding, Settings(graph, binding, options));
        var buffers = loaded.States.Select(slot => states[slot]).ToArray();
        return (new CompiledProgram(loaded.Plan, loaded.Kernels.Entries, buffers, options.Threads, loaded.Kernels), loaded);
    }

    /// <summary>What a program would need with a budget, or at least; see <see cref="Pipeline.Plan"/>.</summary>
    public static MemoryReport Plan(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompileOptions options, CancellationToken cancellationToken)
    {
        var settings = Unscheduled(graph, binding, options);
        var schedules = options.ScheduleFile is { } file ? ScheduleFile.ReadIfPresent(file) : ScheduleRecords.Empty;
        return Pipeline.Plan(graph, binding, settings with { Schedules = schedules }, cancellationToken);
    }

    /// <summary>To be called as early as possible: what takes long and needs no graph is begun.</summary>
    public static void Prepare(CompileOptions options) => CompilerFor(options).Start();

    /// <summary>How a graph is compiled.</summary>
    /// <exception cref="GraphException">The file of schedules cannot be used.</exception>
    public static CompilerOptions Settings(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompileOptions options)
    {
        var settings = Unscheduled(graph, binding, options);
        return settings with { Schedules = Schedules(graph, binding, settings, options) };
    }

    private static CompilerOptions Unscheduled(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompileOptions options) => new()
    {
        Device = options.Device is { } device ? GpuTarget.Of(device.Limits, options.TensorCores) : null,
        Threads = options.Device is null ? options.Threads : 1,
        MemoryBudget = options.MemoryBudget,
        DumpFolder = DumpFolder(graph, binding, options),
    };

    private static GraphCompiler CompilerFor(CompileOptions options) =>
        Compilers.GetOrAdd(options.KernelCache, cache => new GraphCompiler(cache));

    private static ScheduleRecords Schedules(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions settings, CompileOptions options) =>
        (options.ScheduleFile, options.Tune) switch
        {
            (null, null) => ScheduleRecords.Empty,
            _ when options.Device is not null => throw new GraphException(ErrorCode.BadAttribute,
                "schedules are searched and recorded for the processor only; leave CompileOptions.Tune and ScheduleFile out for a device."),
            (null, _) => throw new GraphException(ErrorCode.BadAttribute,
                "CompileOptions.Tune keeps what it finds in a file: name one in CompileOptions.ScheduleFile."),
            ({ } file, null) => ScheduleFile.Read(file),
            ({ } file, { } tune) => TunedSchedules.Complete(file, graph, binding, settings, tune),
        };

    /// <summary>Each program has a folder of its own, such as <c>train-batch=64</c>.</summary>
    private static string? DumpFolder(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompileOptions options)
    {
        if (options.DumpFolder is null) return null;
        var symbols = binding.OrderBy(b => b.Key.Name, StringComparer.Ordinal).Select(b => $"{b.Key.Name}={b.Value}");
        return Path.Combine(options.DumpFolder, string.Join('-', symbols.Prepend(graph.Name)));
    }

    private sealed class NativeProgram(CompiledProgram program, LoadedProgram loaded) : BoundProgram
    {
        public override MemoryReport Memory => loaded.Memory;

        public override CompileReport Report => loaded.Report;

        public override IReadOnlyList<FusionDecision> Explain => loaded.Explain.Value;

        public override IReadOnlyList<string> StepNames { get; } =
            program.Plan.Steps.Select(program.Plan.NameOf).ToArray();

        public override int InputIndex(string name) => program.FindInput(name);

        public override int OutputIndex(string name) => program.FindOutput(name);

        public override RunLease Rent() => new(program.Rent());
    }
}
