using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using GraphForge.Compiler.Emit;
using GraphForge.Compiler.Graph;

namespace GraphForge.Jit;

/// <summary>
/// The loaded kernels of one program. Their code stays in memory for as long as this object is reachable; the pointers
/// themselves keep nothing alive. There is no Dispose, since programs with equal text share one library: the garbage
/// collector unloads it with its last user.
/// </summary>
public sealed class KernelLibrary
{
    private const string KernelClass = ProgramEmitter.DefaultNamespace + ".Kernels";

    private readonly AssemblyLoadContext _context;

    private KernelLibrary(AssemblyLoadContext context, CacheKey key, nint[] entries, bool fromDisk)
    {
        _context = context;
        Key = key;
        Entries = entries;
        FromDisk = fromDisk;
    }

    /// <summary>
    /// Addresses of the kernels in the order asked for, each a <c>delegate* managed&lt;nint*, nint, int, int, void&gt;</c>.
    /// </summary>
    public IReadOnlyList<nint> Entries { get; }

    /// <summary>Whether the disk cache supplied the code.</summary>
    public bool FromDisk { get; }

    /// <summary>Name of the assembly that holds the kernels, as a profiler shows it.</summary>
    public string Name => _context.Name!;

    /// <summary>Under which the kernels are kept on disk.</summary>
    internal CacheKey Key { get; }

    internal static KernelLibrary Load(byte[] assembly, CacheKey key, IReadOnlyList<string> kernelNames, bool fromDisk)
    {
        var context = new AssemblyLoadContext(key.AssemblyName, isCollectible: true);
        using var image = new MemoryStream(assembly, writable: false);
        var kernels = context.LoadFromStream(image).GetType(KernelClass)
            ?? throw new InternalCompilerException("jit", $"the emitted text has no class {KernelClass}");
        var methods = kernelNames.Select(kernel => Find(kernels, kernel)).ToArray();
        Prepare([.. methods, .. kernels.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)]);
        return new KernelLibrary(context, key, [.. methods.Select(method => method.MethodHandle.GetFunctionPointer())], fromDisk);
    }

    private static MethodInfo Find(Type kernels, string name) =>
        kernels.GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        ?? throw new InternalCompilerException("jit", $"the emitted text has no kernel named '{name}'");

    /// <summary>Machine code now and on every core, of kernels and what they call, so that the first step does not pay for it kernel by kernel.</summary>
    private static void Prepare(MethodInfo[] methods) =>
        Parallel.ForEach(methods, method => RuntimeHelpers.PrepareMethod(method.MethodHandle));
}
