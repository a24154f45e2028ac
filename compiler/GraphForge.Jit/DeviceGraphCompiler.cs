using System.Reflection;
using System.Text;
using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime.Device;

namespace GraphForge.Jit;

/// <summary>
/// Graphs to programs for a device. Plans and kernels are kept on disk: where an equal graph was compiled before with the same options
/// for a device with the same figures, no pass runs and no C# is compiled. Safe to call from several threads.
/// </summary>
/// <param name="options">Where they are kept.</param>
public sealed class DeviceGraphCompiler(KernelCacheOptions options)
{
    private readonly string? _folder = options.ResolveFolder(Environment.GetEnvironmentVariable);

    /// <summary>Compiles a graph for one binding of its symbols, or finds it compiled. With a dump folder every pass runs.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="binding">Extents of its symbols.</param>
    /// <param name="options">With the figures of the device.</param>
    /// <param name="kernelApi">What the device's kernels are compiled against: ILGPU's assembly.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ArgumentException">The options name no device.</exception>
    /// <exception cref="GraphException">The graph, the binding or the memory budget does not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public DeviceSource Compile(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, Assembly kernelApi,
        CancellationToken cancellation = default)
    {
        if (options.Device is null) throw new ArgumentException("The options name no device.", nameof(options));
        var clock = new PhaseClock();
        options = options with { Clock = clock };
        if (_folder is null || options.DumpFolder is not null) return Make(graph, binding, options, kernelApi, cancellation).Program;
        var (plans, code) = (new DiskCache(_folder, DiskCache.Plans), new DiskCache(_folder, DiskCache.DeviceKernels));
        var api = $"{kernelApi.ManifestModule.ModuleVersionId}";
        var keys = PlanKeys.Of(graph, binding, options, api);
        clock.End("fingerprint");
        foreach (var key in keys.All)
            if (plans.Read(key) is { } bytes && Find(StoredPlan.Of(bytes), code, graph, binding, options) is { } found) return found;
        var (program, source) = Make(graph, binding, options, kernelApi, cancellation);
        var kernels = CacheKey.OfKernels(source.KernelText, [api], "");
        code.Write(kernels, ToBytes(program.Code));
        plans.Write(keys.Of(source), StoredPlan.Of(graph, source, kernels).ToBytes());
        return program;
    }

    private static (DeviceSource Program, CompiledSource Source) Make(ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding,
        CompilerOptions options, Assembly kernelApi, CancellationToken cancellation)
    {
        var source = Pipeline.Compile(graph, binding, options, cancellation);
        var image = DeviceKernelCompiler.Compile(source.KernelText, kernelApi, cancellation);
        options.Clock!.End("C# compiler");
        var report = CompileReport.Of(graph, source.Plan, options.Clock) with { TextLength = source.KernelText.Length };
        var code = new DeviceCode(image, [.. source.Kernels.Select(k => k.Threads)]);
        return (new DeviceSource(source.Plan, code, source.States, source.Memory, report) { Explain = new(source.Explain) }, source);
    }

    private static DeviceSource? Find(StoredPlan stored, DiskCache code, ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options)
    {
        if (stored.Memory.TotalBytes > options.MemoryBudget || code.Read(stored.Kernels) is not { } kernels) return null;
        var states = graph.States;
        options.Clock!.End("read plan");
        var report = CompileReport.Of(graph, stored.Plan, options.Clock) with { Cache = CacheUse.Plan };
        var explain = new Lazy<IReadOnlyList<FusionDecision>>(() => Pipeline.Explain(graph, binding, options));
        return new DeviceSource(stored.Plan, ToCode(kernels), [.. stored.States.Select(s => states[s])], stored.Memory, report) { Explain = explain };
    }

    private static byte[] ToBytes(DeviceCode code)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(code.GroupThreads.Count);
        foreach (var threads in code.GroupThreads) writer.Write(threads);
        writer.Write(code.Image);
        writer.Flush();
        return stream.ToArray();
    }

    private static DeviceCode ToCode(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        var threads = new int[reader.ReadInt32()];
        for (var i = 0; i < threads.Length; i++) threads[i] = reader.ReadInt32();
        return new DeviceCode(bytes[(sizeof(int) * (threads.Length + 1))..], threads);
    }
}
