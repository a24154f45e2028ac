using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace GraphForge.Runtime.Artifacts;

/// <summary>
/// Kernels from an artifact, loaded. Their code stays while this object is reachable; artifacts with equal kernels share it.
/// </summary>
internal sealed class KernelImage
{
    private const string KernelClass = "GraphForge.Generated.Kernels";
    private const string CoreLibrary = "System.Private.CoreLib";

    private static readonly ConcurrentDictionary<string, WeakReference<KernelImage>> Loaded = new();
    private static readonly Type[] Parameters = [typeof(nint).MakePointerType(), typeof(nint), typeof(int), typeof(int)];

    private readonly AssemblyLoadContext _context;

    private KernelImage(AssemblyLoadContext context, nint[] entries) => (_context, Entries) = (context, entries);

    /// <summary>Addresses of the kernels, each a <c>delegate* managed&lt;nint*, nint, int, int, void&gt;</c>.</summary>
    public IReadOnlyList<nint> Entries { get; }

    /// <summary>Name of the context that holds the code.</summary>
    public string Name => _context.Name!;

    /// <param name="hash">Of the code.</param>
    /// <param name="code">The assembly, which is asked for only where it is not loaded yet.</param>
    /// <param name="kernels">Names of its kernels.</param>
    /// <exception cref="BadImageFormatException">It is no assembly with these kernels.</exception>
    [RequiresUnreferencedCode("Loads an assembly, of which the trimmer knows nothing.")]
    [RequiresDynamicCode("Loads an assembly, which must be compiled to machine code.")]
    public static KernelImage Load(string hash, Func<byte[]> code, IReadOnlyList<string> kernels)
    {
        var key = string.Join('\n', kernels.Prepend(hash));
        lock (Loaded)
        {
            if (Loaded.TryGetValue(key, out var known) && known.TryGetTarget(out var image)) return image;
            image = Load(hash, code(), kernels);
            foreach (var (dead, reference) in Loaded)
                if (!reference.TryGetTarget(out _)) Loaded.TryRemove(dead, out _);
            Loaded[key] = new WeakReference<KernelImage>(image);
            return image;
        }
    }

    [RequiresUnreferencedCode("Loads an assembly, of which the trimmer knows nothing.")]
    [RequiresDynamicCode("Loads an assembly, which must be compiled to machine code.")]
    private static KernelImage Load(string hash, byte[] code, IReadOnlyList<string> kernels)
    {
        var context = new KernelContext($"GraphForge.Kernels.{hash[..16]}");
        using var stream = new MemoryStream(code, writable: false);
        var assembly = context.LoadFromStream(stream);
        if (assembly.GetReferencedAssemblies().FirstOrDefault(a => a.Name != CoreLibrary) is { } other)
            throw new BadImageFormatException($"the kernels refer to {other.Name}; they may use the core library alone");
        var type = assembly.GetType(KernelClass) ?? throw new BadImageFormatException($"there is no class {KernelClass}");
        var methods = kernels.Select(name => Find(type, name)).ToArray();
        var called = type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Where(m => !m.IsGenericMethodDefinition);
        // Machine code now and on every core, so that the first step does not pay for it kernel by kernel.
        Parallel.ForEach(methods.Concat(called), method => RuntimeHelpers.PrepareMethod(method.MethodHandle));
        return new KernelImage(context, [.. methods.Select(method => method.MethodHandle.GetFunctionPointer())]);
    }

    private static MethodInfo Find([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] Type type, string name)
    {
        var method = type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly).SingleOrDefault(m => m.Name == name)
            ?? throw new BadImageFormatException($"there is not one kernel '{name}'");
        return !method.IsGenericMethodDefinition && method.ReturnType == typeof(void) && method.GetParameters().Select(p => p.ParameterType).SequenceEqual(Parameters)
            ? method
            : throw new BadImageFormatException($"'{name}' is no kernel: it must take (nint*, nint, int, int) and return nothing");
    }

    /// <summary>Asks for no assembly: kernels need none but the core library, which every context has.</summary>
    private sealed class KernelContext(string name) : AssemblyLoadContext(name, isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name == CoreLibrary
            ? null
            : throw new FileNotFoundException($"Kernels may not load {assemblyName.Name}.");
    }
}
