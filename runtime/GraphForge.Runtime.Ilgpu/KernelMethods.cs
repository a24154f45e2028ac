using System.Reflection;
using System.Runtime.Loader;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>The methods of a program's kernels, in a context of their own, which is freed with the last device that translated them.</summary>
internal sealed class KernelMethods
{
    private const string KernelClass = "GraphForge.Generated.Kernels";

    private readonly AssemblyLoadContext _context;
    private readonly Type _kernels;

    public KernelMethods(byte[] image)
    {
        _context = new AssemblyLoadContext("GraphForge device kernels", isCollectible: true);
        using var stream = new MemoryStream(image, writable: false);
        _kernels = _context.LoadFromStream(stream).GetType(KernelClass) ?? throw new InvalidPlanException($"The kernels have no class {KernelClass}.");
    }

    /// <exception cref="InvalidPlanException">There is no such kernel.</exception>
    public MethodInfo this[string name] => _kernels.GetMethod(name, BindingFlags.Static | BindingFlags.Public)
        ?? throw new InvalidPlanException($"There is no kernel named '{name}'.");

    public void Unload() => _context.Unload();
}
