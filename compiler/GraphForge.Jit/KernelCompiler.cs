using System.Collections.Concurrent;
using GraphForge.Compiler;
using GraphForge.Compiler.Graph;

namespace GraphForge.Jit;

/// <summary>
/// Turns the emitted text of a program into callable kernels: one compilation per program, looked up first among the
/// programs this compiler has loaded, then on disk. Safe to call from several threads. Keep one for the whole process
/// (<see cref="Default"/>), so that equal programs share code.
/// </summary>
public sealed class KernelCompiler
{
    private const string SourceFileName = "Kernels.cs";

    /// <summary>Exercises the parts of the C# compiler that kernels use: pointers, vectors, loops, debug information.</summary>
    private const string WarmUpText = """
        using System;
        using System.Runtime.CompilerServices;
        using Vec = System.Runtime.Intrinsics.Vector512;
        namespace GraphForge.Generated;
        internal static unsafe class Kernels
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public static void WarmUp(nint* buffers, nint scratch, int begin, int end)
            {
                var x = (float*)buffers[0];
                for (long task = begin; task < Math.Min(end, 7L); task++)
                {
                    var value = Vec.Load(x + task * 16);
                    if (task % 2 == 0) Vec.Store(Vec.FusedMultiplyAdd(value, value, Vec.Create(1f)), x + task);
                    else x[task] = value.GetElement(0) > 0 ? MathF.Sqrt(x[0]) : 0f;
                }
            }
        }
        """;

    private static int WarmedUp;

    private readonly DiskCache? _cache;
    private readonly ConcurrentDictionary<CacheKey, LoadedKernels> _loaded = new();

    public KernelCompiler(KernelCacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.ResolveFolder(Environment.GetEnvironmentVariable) is { } folder) _cache = new DiskCache(folder);
    }

    /// <summary>The process-wide compiler, cached as the environment says.</summary>
    public static KernelCompiler Default { get; } = new(KernelCacheOptions.Default);

    /// <summary>
    /// Starts the C# compiler in the background where nothing can be in the cache yet. Its own start takes longer than all
    /// passes together, and they need one core only. Does nothing where a cache has entries: a hit needs no compiler.
    /// </summary>
    public void StartIfCold()
    {
        if (_cache is not { IsEmpty: false }) Start();
    }

    /// <summary>Starts the C# compiler in the background, once in a process.</summary>
    internal void Start()
    {
        if (Interlocked.Exchange(ref WarmedUp, 1) != 0) return;
        _ = Task.Run(() => KernelAssembly.Build(WarmUpText, "GraphForge.WarmUp", SourceFileName, CancellationToken.None));
    }

    /// <summary>Loads the kernels of a program, compiling it unless it is cached.</summary>
    /// <param name="text">
    /// C# with a static class <c>GraphForge.Generated.Kernels</c>; it may use the core library and nothing else.
    /// </param>
    /// <param name="kernelNames">
    /// Methods <c>static unsafe void Name(nint* buffers, nint scratch, int begin, int end)</c> of that class.
    /// </param>
    /// <param name="dumpFolder">
    /// Where to leave the text for a person or a debugger, as <c>Kernels.cs</c>; <see langword="null"/> for nowhere. Debug
    /// information carries the text in either case.
    /// </param>
    /// <param name="clock">Told the time of each phase; <see langword="null"/> where nobody asks.</param>
    /// <param name="cancellation">Ends the compilation early.</param>
    /// <exception cref="InternalCompilerException">The text does not compile or lacks a kernel.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public KernelLibrary Load(
        string text, IReadOnlyList<string> kernelNames, string? dumpFolder = null, PhaseClock? clock = null,
        CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var documentPath = dumpFolder is null ? SourceFileName : Path.GetFullPath(Path.Combine(dumpFolder, SourceFileName));
        if (dumpFolder is not null)
        {
            Directory.CreateDirectory(dumpFolder);
            File.WriteAllText(documentPath, text);
        }

        var key = CacheKey.OfKernels(text, kernelNames, documentPath);
        return Once(key, () => Read(key, kernelNames, clock) ?? Build(key, text, kernelNames, documentPath, clock, cancellation))!;
    }

    /// <summary>Kernels that were loaded or kept before; <see langword="null"/> where there are none.</summary>
    internal KernelLibrary? Find(CacheKey key, IReadOnlyList<string> kernelNames, PhaseClock? clock = null) =>
        Once(key, () => Read(key, kernelNames, clock));

    /// <summary>The library in use under the key, or the one that is made now, of several threads by one.</summary>
    private KernelLibrary? Once(CacheKey key, Func<KernelLibrary?> make)
    {
        var loaded = _loaded.GetOrAdd(key, _ => new LoadedKernels());
        lock (loaded)
        {
            if (loaded.Library.TryGetTarget(out var library)) return library;
            library = make();
            if (library is not null) loaded.Library.SetTarget(library);
            return library;
        }
    }

    private KernelLibrary? Read(CacheKey key, IReadOnlyList<string> kernelNames, PhaseClock? clock)
    {
        if (_cache?.Read(key) is not { } stored) return null;
        clock?.End("read kernels");
        var library = KernelLibrary.Load(stored, key, kernelNames, fromDisk: true);
        clock?.End("machine code");
        return library;
    }

    private KernelLibrary Build(
        CacheKey key, string text, IReadOnlyList<string> kernelNames, string documentPath, PhaseClock? clock, CancellationToken cancellation)
    {
        var assembly = KernelAssembly.Build(text, key.AssemblyName, documentPath, cancellation);
        clock?.End("C# compiler");
        var library = KernelLibrary.Load(assembly, key, kernelNames, fromDisk: false);
        clock?.End("machine code");
        // Only after loading: what cannot be loaded must not be found again.
        _cache?.Write(key, assembly);
        return library;
    }

    /// <summary>The library of one key while somebody uses it; also the lock that makes equal programs compile once.</summary>
    private sealed class LoadedKernels
    {
        public WeakReference<KernelLibrary> Library { get; } = new(null!);
    }
}
