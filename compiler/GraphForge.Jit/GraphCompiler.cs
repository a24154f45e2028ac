using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Jit;

/// <summary>
/// Graphs to loaded programs. Plans are kept on disk beside the kernels: where an equal graph was compiled before with the same
/// options, no pass runs and only its kernels are loaded. A budget that holds the plan made without one finds that plan: budgets that
/// follow the free memory of the moment do not make plans anew. Safe to call from several threads.
/// </summary>
public sealed class GraphCompiler
{
    private readonly KernelCompiler _kernels;
    private readonly DiskCache? _plans;
    private readonly FirstProgram? _first;

    public GraphCompiler(KernelCacheOptions options)
    {
        _kernels = new KernelCompiler(options);
        if (options.ResolveFolder(Environment.GetEnvironmentVariable) is not { } folder) return;
        _plans = new DiskCache(folder, DiskCache.Plans);
        _first = new FirstProgram(_plans, new DiskCache(folder, DiskCache.Notes), _kernels);
    }

    /// <summary>
    /// Begins what the first program will wait for: where nothing can be in the cache yet the start of the C# compiler, else machine
    /// code for the kernels that this application asked for first the last time.
    /// </summary>
    public void Start()
    {
        _kernels.StartIfCold();
        _first?.Expect();
    }

    /// <summary>What is expected to be asked for first.</summary>
    internal FirstProgram? First => _first;

    /// <summary>Compiles a graph for one binding of its symbols, or finds it compiled. With a dump folder every pass runs.</summary>
    /// <exception cref="ArgumentException">The options ask for kernels of a GPU.</exception>
    /// <exception cref="GraphException">The graph, the binding or the memory budget does not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public LoadedProgram Compile(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, CancellationToken cancellation = default)
    {
        if (options.Device is not null)
            throw new ArgumentException("A program for a GPU does not run here: compile it by DeviceGraphCompiler.", nameof(options));
        var clock = new PhaseClock();
        options = options with { Clock = clock };
        if (_plans is null || options.DumpFolder is not null) return Make(graph, binding, options, cancellation).Program;
        var keys = PlanKeys.Of(graph, binding, options);
        clock.End("fingerprint");
        foreach (var key in keys.All)
        {
            if (Find(key, graph, binding, options) is not { } found) continue;
            _first!.Asked(key);
            return found;
        }
        _kernels.Start();
        var (program, source) = Make(graph, binding, options, cancellation);
        var made = keys.Of(source);
        _plans.Write(made, StoredPlan.Of(graph, source, program.Kernels.Key).ToBytes());
        _first!.Asked(made);
        return program;
    }

    private (LoadedProgram Program, CompiledSource Source) Make(
        ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, CancellationToken cancellation)
    {
        var source = Pipeline.Compile(graph, binding, options, cancellation);
        var library = _kernels.Load(source.KernelText, source.Plan.KernelNames, options.DumpFolder, options.Clock, cancellation);
        var report = CompileReport.Of(graph, source.Plan, options.Clock!) with
        {
            Cache = library.FromDisk ? CacheUse.Kernels : CacheUse.None,
            TextLength = source.KernelText.Length,
            UnusableSchedules = source.UnusableSchedules,
        };
        return (new LoadedProgram(source.Plan, library, source.States, source.Memory, report) { Explain = new(source.Explain) }, source);
    }

    private LoadedProgram? Find(
        CacheKey key, ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options)
    {
        if (_plans!.Read(key) is not { } bytes) return null;
        var stored = StoredPlan.Of(bytes);
        options.Clock!.End("read plan");
        if (stored.Memory.TotalBytes > options.MemoryBudget) return null;
        if (_kernels.Find(stored.Kernels, stored.Plan.KernelNames, options.Clock) is not { } library) return null;
        // Where another thread loads them: until it is done.
        options.Clock.End("machine code");
        var states = graph.States;
        var report = CompileReport.Of(graph, stored.Plan, options.Clock) with { Cache = CacheUse.Plan };
        var explain = new Lazy<IReadOnlyList<FusionDecision>>(() => Pipeline.Explain(graph, binding, options));
        return new LoadedProgram(stored.Plan, library, [.. stored.States.Select(s => states[s])], stored.Memory, report) { Explain = explain };
    }
}
